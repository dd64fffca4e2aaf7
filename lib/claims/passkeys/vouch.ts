import type { Tx } from "#db/client.ts";
import { insertAsk, type NewAsk } from "#db/store/claims.ts";
import { readPasskey } from "#db/store/passkeys.ts";
import { readKnownPeople, readName } from "#db/store/people.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type Act, type Assertion, sayAct } from "#lib/domain/signature.ts";
import { invitationContent, keyContent } from "#lib/judgement/signed.ts";
import type { ClaimContext } from "../run.ts";
import { gestureFor, runSigned, type ToSign } from "../signing.ts";

type Signed = { readonly assertion?: Assertion | undefined };
type Done = Promise<Outcome<null | ToSign>>;

const onlySecurity = refuse({ code: "forbidden", sentence: "Only security signs this." });

interface Vouch extends Signed {
  readonly kind: NewAsk["kind"];
  readonly subject: string;
  readonly act: Act;
  readonly sentence: string;
}

async function signed(tx: Tx, context: ClaimContext, of: Vouch): Promise<Outcome<null>> {
  const { kind, subject, act, sentence, assertion } = of;
  const gesture = await gestureFor(tx, context, { act, sentence, assertion });
  if ("refusals" in gesture) return gesture;
  await insertAsk(tx, { id: context.newId(), kind, subject, person: context.actor.id, assertion: gesture.ok });
  return ok(null);
}

/** One of security signs an invitation; the second one, of somebody else, opens it. */
export const invite = (context: ClaimContext, input: { readonly person: string } & Signed): Done =>
  runSigned(context, { action: "passkey.invite", id: input.person }, async (tx) => {
    const { actor } = context;
    if (!actor.roles.includes("security")) return onlySecurity;
    const { person, assertion } = input;
    if (person === actor.id) return refuse({ code: "forbidden", sentence: "Nobody invites themselves." });
    const known = (await readKnownPeople(tx, [person])).get(person);
    if (known === undefined || !known.active || known.person !== person)
      return refuse({ code: "not-found", field: "person", sentence: "There is no such active person." });
    const act = { kind: "invitation", content: invitationContent(person) } as const;
    const name = await readName(tx, person);
    return signed(tx, context, {
      kind: "invite-key",
      subject: person,
      act,
      sentence: sayAct(act, { name }),
      assertion,
    });
  });

/** A second signature over a key that waits: by its owner with another key, or by somebody else of security. */
export const confirm = (context: ClaimContext, input: { readonly passkey: string } & Signed): Done =>
  runSigned(context, { action: "passkey.confirm", id: input.passkey }, async (tx) => {
    const { actor } = context;
    const key = await readPasskey(tx, input.passkey);
    const mine = key?.person === actor.id;
    if (key === null || (!mine && !actor.roles.includes("security")))
      return refuse({ code: "not-found", sentence: "There is no such passkey." });
    const { person, credentialId, publicKey } = key;
    if (credentialId === null || publicKey === null || key.revokedAt !== null)
      return refuse({ code: "conflict", sentence: "This passkey does not wait for a signature." });
    const act = { kind: "key", content: keyContent({ person, credentialId, publicKey }) } as const;
    const sentence = sayAct(act, { name: key.name, to: await readName(tx, person) });
    const { assertion } = input;
    return signed(tx, context, { kind: "confirm-key", subject: key.id, act, sentence, assertion });
  });

export interface HostInput extends Signed {
  readonly kind: "bundle" | "link";
  /** The fingerprint that the command on the worker's host printed. */
  readonly content: string;
}

/** One of security signs what a command on the worker's host is about to do. */
export const signForHost = (context: ClaimContext, input: HostInput): Done =>
  runSigned(context, { action: `passkey.sign-${input.kind}`, id: input.content }, async (tx) => {
    if (!context.actor.roles.includes("security")) return onlySecurity;
    const { kind, content, assertion } = input;
    const act = { kind, content } as const;
    const sentence = `${sayAct(act, { name: "" })} Fingerprint ${content}.`;
    return signed(tx, context, { kind: `sign-${kind}`, subject: content, act, sentence, assertion });
  });
