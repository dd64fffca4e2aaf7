import type { Tx } from "#db/client.ts";
import { mayUseFormId } from "#db/read/form-id.ts";
import { readIdentityInSight } from "#db/read/identity-sight.ts";
import { databaseClock } from "#db/store/audit.ts";
import { insertRequest } from "#db/store/claims.ts";
import { readKnownPeople } from "#db/store/people.ts";
import { readOpenRequestOn, readRequest, readVersion } from "#db/store/requests.ts";
import { canonical } from "#lib/digest/digest.ts";
import { charterAfter, type LaterKind } from "#lib/domain/change.ts";
import type { Charter, Origins } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { mayAskAbout, maySucceed } from "#lib/domain/ownership.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import type { Assertion } from "#lib/domain/signature.ts";
import { noSuchRequest, sentOtherwise } from "../refusals.ts";
import type { ClaimContext } from "../run.ts";
import { runSigned, type ToSign } from "../signing.ts";
import { examineNew } from "./examine-new.ts";
import { sealVersion } from "./seal.ts";

export interface ChangeInput {
  /** The new request's id, made by the form that asks: a double click is one request. */
  readonly id: string;
  readonly identity: string;
  readonly kind: LaterKind;
  /** {endsAt} of a renewal, {to} of a transfer, {reason} of a retirement. */
  readonly change: JsonObject;
  /** The gesture, where policy asks for one. */
  readonly assertion?: Assertion | undefined;
}
type Sent = Outcome<{ readonly id: string }>;

/** Asks for a change of an identity that exists, through the same door as its birth: renew, transfer, retire. */
export const askForChange = (
  context: ClaimContext,
  input: ChangeInput,
): Promise<Outcome<{ readonly id: string } | ToSign>> =>
  runSigned(context, { action: `request.${input.kind}`, id: input.identity }, (tx) => changeWithin(tx, context, input));

/** As `askForChange`, in a transaction that says more: the answer to a question that the change follows from. */
export async function changeWithin(tx: Tx, context: ClaimContext, input: ChangeInput): Promise<Sent> {
  const identity = await readIdentityInSight(tx, context.actor, input.identity);
  if (identity === null) return refuse({ code: "not-found", sentence: "There is no such identity." });
  if (!(await mayUseFormId(tx, context.actor, input))) return noSuchRequest;
  const before = await readVersion(tx, input.id, 1);
  if (before !== null)
    return canonical(before.change) === canonical(input.change) ? ok({ id: input.id }) : sentOtherwise;
  const refused = await whyNotChange(tx, context, { input, identity });
  return refused ?? sealed(tx, context, { input, identity });
}

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

async function sealed(tx: Tx, context: ClaimContext, { input, identity }: About): Promise<Sent> {
  const { id, kind, change } = input;
  const now = await databaseClock(tx);
  const charter = charterAfter({ kind, charter: identity.charter, change, now });
  if ("refusals" in charter) return charter;
  const request = { id, kind, identity: identity.id, requester: context.actor.id };
  const examined = await examineNew(tx, { request, version: { version: 1, change }, charter: charter.ok });
  if ("refusals" in examined) return examined;
  await insertRequest(tx, { ...request, draftedAt: now });
  if ((await readRequest(tx, id))?.requester !== request.requester) return noSuchRequest;
  const { planDigest, decision } = examined.ok;
  const origins = originsOf(identity.charter, charter.ok);
  const done = await sealVersion(tx, context, {
    ...{ request: id, version: 1, charter: charter.ok, origins, change, planDigest, owner: successorOf(input) },
    ...{ kind, assurance: decision.assurance, assertion: input.assertion },
  });
  return "refusals" in done ? done : ok({ id });
}

/** What was asked to differ was typed; everything else is the identity's own. */
function originsOf(before: Charter, after: Charter): Origins {
  const kept = { how: "inferred", from: "the identity as it stands" } as const;
  const was = new Map<string, unknown>(Object.entries(before));
  const origin = (field: string, value: unknown) =>
    canonical(value) === canonical(was.get(field) ?? null) ? kept : ({ how: "typed" } as const);
  return Object.fromEntries(Object.entries(after).map(([field, value]) => [field, origin(field, value)]));
}
