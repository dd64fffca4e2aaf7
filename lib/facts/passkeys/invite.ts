import { countSecurityWithKeys, insertPasskey, readPasskeysOf, readSignedAsks } from "#db/store/passkeys.ts";
import { readKnownPeople, readLogins } from "#db/store/people.ts";
import { type AskRow, lockAsksOn } from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { later } from "#lib/domain/instant.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { firstKeys, invitationHours } from "#lib/domain/signature.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import { invitationContent } from "#lib/judgement/signed.ts";
import { type Answer, taken } from "../answer.ts";
import type { Command, Work } from "../run.ts";
import { signedBySecurity } from "./security.ts";
import { proven } from "./use.ts";

export interface HostInvitation {
  readonly issuer: string;
  readonly subject: string;
  /** SHA-256 of the one-time code, hex. */
  readonly codeHash: string;
}

/**
 * Invites somebody of security to make a key, in the word of the operator of the worker's host. Refused to who is not active or
 * does not hold security, and once two of security have a usable key: then those two invite.
 */
export const inviteByHost: Command<HostInvitation, { readonly name: string }> = async (work, input) => {
  const [login] = await readLogins(work.tx, input.issuer, [input.subject]);
  const person = login === undefined ? undefined : (await readKnownPeople(work.tx, [login.id])).get(login.id);
  if (login === undefined || person === undefined)
    return refuse({ code: "not-found", sentence: `Nobody has the subject ${input.subject}.` });
  if (!person.active) return refuse({ code: "forbidden", sentence: `${login.name} is no longer active.` });
  if (!person.roles.some(({ role, held }) => role === "security" && held))
    return refuse({ code: "forbidden", sentence: `${login.name} does not hold the role security.` });
  if ((await countSecurityWithKeys(work.tx, work.now)) >= firstKeys) {
    const sentence = "Two of security have passkeys: from now on two of them invite, under Settings.";
    return refuse({ code: "conflict", sentence });
  }
  const invited = { person: person.person, invitedBy: ["host"], codeHash: input.codeHash };
  return { ok: await work.record({ name: login.name }, await invitation(work, invited)) };
};

interface Invited {
  readonly person: string;
  readonly invitedBy: readonly string[];
  readonly codeHash: string | null;
}

async function invitation(work: Work, { person, invitedBy, codeHash }: Invited): Promise<Entry> {
  const id = work.newId();
  const invitedUntil = later(work.now, { hours: invitationHours });
  await insertPasskey(work.tx, { id, person, invitedBy, codeHash, invitedAt: work.now, invitedUntil });
  const detail = { person, invitedBy: [...invitedBy], invitedUntil: invitedUntil.toISOString() };
  return { noun: "passkey", id, version: 1, action: "passkey.invited", detail };
}

/** Takes one signature for inviting a person; the second one, of somebody else, makes the invitation. */
export async function inviteBySignature(work: Work, ask: AskRow, installation: Installation) {
  const invited = (await readKnownPeople(work.tx, [ask.subject])).get(ask.subject);
  if (invited === undefined || !invited.active || invited.person !== ask.subject)
    return refuse({ code: "not-found", sentence: "There is no such active person." });
  await lockAsksOn(work.tx, ask);
  const act = { kind: "invitation", content: invitationContent(ask.subject) } as const;
  const used = await signedBySecurity(work, installation, { ask, act });
  if ("refusals" in used) return used;
  if (used.ok.person === ask.subject) return refuse({ code: "forbidden", sentence: "Nobody invites themselves." });
  const last = (await readPasskeysOf(work.tx, ask.subject)).at(-1)?.invitedAt ?? null;
  const since = later(work.now, { hours: -invitationHours });
  const signers = await readSignedAsks(work.tx, {
    kind: ask.kind,
    subject: ask.subject,
    since: last !== null && last > since ? last : since,
  });
  const other = signers.find((person) => person !== used.ok.person);
  const granted: Entry = {
    noun: "ask",
    id: ask.id,
    version: 1,
    action: "ask.granted",
    detail: { kind: ask.kind, subject: ask.subject },
  };
  const made =
    other === undefined
      ? []
      : [await invitation(work, { person: ask.subject, invitedBy: [other, used.ok.person], codeHash: null })];
  const answer: Answer = taken;
  return { ok: await work.record(answer, ...proven(granted, used.ok), ...made) };
}
