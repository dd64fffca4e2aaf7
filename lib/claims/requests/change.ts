import type { Tx } from "#db/client.ts";
import { readIdentityInSight } from "#db/read/identity-in-sight.ts";
import { readInstallation } from "#db/read/planning-facts.ts";
import { databaseClock } from "#db/store/audit.ts";
import { insertAcceptance, insertRequest, insertVersion } from "#db/store/claims.ts";
import { readKnownPeople } from "#db/store/people.ts";
import { readOpenRequestOn } from "#db/store/requests.ts";
import { digest } from "#lib/digest/digest.ts";
import { charterAfter, type LaterKind } from "#lib/domain/change.ts";
import type { Charter, Origins } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { mayAskAbout, maySucceed } from "#lib/domain/ownership.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { examine } from "#lib/judgement/examine.ts";
import { type ClaimContext, runClaim } from "../run.ts";

export interface ChangeInput {
  /** The new request's id, made by the form that asks: a double click is one request. */
  readonly id: string;
  readonly identity: string;
  readonly kind: LaterKind;
  /** {endsAt} of a renewal, {to} of a transfer, {reason} of a retirement. */
  readonly change: JsonObject;
}

/** Asks for a change of an identity that exists, through the same door as its birth: renew, transfer, retire. */
export const askForChange = (context: ClaimContext, input: ChangeInput): Promise<Outcome<{ readonly id: string }>> =>
  runClaim(context, { action: `request.${input.kind}`, id: input.identity }, async (tx) => {
    const { actor } = context;
    const now = await databaseClock(tx);
    const identity = await readIdentityInSight(tx, actor, input.identity);
    const installation = await readInstallation(tx);
    if (identity === null || installation === null)
      return refuse({ code: "not-found", sentence: "There is no such identity." });
    const refused = await whyNotChange(tx, context, { input, identity });
    if (refused !== null) return refused;
    const charter = charterAfter({ kind: input.kind, charter: identity.charter, change: input.change, now });
    if ("refusals" in charter) return charter;
    const request = { id: input.id, kind: input.kind, identity: identity.id, requester: actor.id } as const;
    const version = { version: 1, change: input.change };
    const examined = await examine({ tx, now }, { request, version, charter: charter.ok, installation });
    if ("refusals" in examined) return examined;
    await insertRequest(tx, { ...request, draftedAt: now });
    await seal(tx, context, { input, charter: charter.ok, planDigest: examined.ok.planDigest });
    return ok({ id: input.id });
  });

interface About {
  readonly input: ChangeInput;
  readonly identity: NonNullable<Awaited<ReturnType<typeof readIdentityInSight>>>;
}

/** Who may not ask, to whom it may not go, and what is open already; null when nothing speaks against it. */
async function whyNotChange(tx: Tx, { actor }: ClaimContext, { input, identity }: About) {
  const { owner, endsIt, state, charter } = identity;
  const behind = { owner, endsIt, state, backup: charter.backup };
  const may = mayAskAbout(input.kind, behind, actor);
  if ("refusals" in may) return may;
  const to = successorOf(input);
  const successor = to === null ? undefined : (await readKnownPeople(tx, [to])).get(to);
  const person = successor === undefined ? undefined : { id: successor.person, active: successor.active };
  const fits = to === null ? ok(null) : maySucceed(behind, person);
  if ("refusals" in fits) return fits;
  const open = await readOpenRequestOn(tx, identity.id, input.id);
  if (open === null || open.kind !== input.kind) return null;
  return refuse({ code: "conflict", sentence: `Another request to ${input.kind} it is open already.` });
}

const successorOf = ({ kind, change }: ChangeInput): string | null =>
  kind === "transfer" && typeof change.to === "string" ? change.to : null;

interface Sealing {
  readonly input: ChangeInput;
  readonly charter: Charter;
  readonly planDigest: string;
}

/** The one version of a later request; who hands it to themselves accepts in the same click. */
async function seal(tx: Tx, { actor, newId }: ClaimContext, { input, charter, planDigest }: Sealing): Promise<void> {
  const kept = { how: "inferred", from: "the identity as it stands" } as const;
  const origins: Origins = Object.fromEntries(Object.keys(charter).map((field) => [field, kept]));
  const sealed = { charter, origins, change: input.change };
  const version = { request: input.id, version: 1, planDigest };
  const fresh = await insertVersion(tx, { ...sealed, ...version, digest: digest(sealed), person: actor.id });
  if (fresh && successorOf(input) === actor.id)
    await insertAcceptance(tx, { id: newId(), ...version, person: actor.id });
}
