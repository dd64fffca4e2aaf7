import type { Tx } from "#db/client.ts";
import { mayUseFormId } from "#db/read/form-id.ts";
import { readIdentityInSight } from "#db/read/identity-sight.ts";
import { databaseClock } from "#db/store/audit.ts";
import { insertRequest } from "#db/store/claims.ts";
import { readKnownPeople } from "#db/store/people.ts";
import { readOpenRequestOn, readRequest, readVersion } from "#db/store/requests.ts";
import { canonical } from "#lib/digest/digest.ts";
import { charterAfter } from "#lib/domain/change.ts";
import type { Charter } from "#lib/domain/charter.ts";
import { mayAskAbout, maySucceed } from "#lib/domain/ownership.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import type { Examined } from "#lib/judgement/examine.ts";
import { noSuchRequest, sentOtherwise } from "../refusals.ts";
import type { ClaimContext } from "../run.ts";
import { runSigned } from "../signing.ts";
import { acceptsAtOnce, whyNotAsShown } from "./as-shown.ts";
import type { ChangeInput } from "./change-input.ts";
import { originsAfter } from "./changed-origins.ts";
import { examineNew } from "./examine-new.ts";
import { sealVersion } from "./seal.ts";

type Sent = Outcome<{ readonly id: string }>;

/** Asks for a change of an identity that exists, through the same door as its birth: renew, transfer, retire. */
export const askForChange = (context: ClaimContext, input: ChangeInput) =>
  runSigned(context, { action: `request.${input.kind}`, id: input.identity }, (tx) => changeWithin(tx, context, input));

/** As `askForChange`, in a transaction that says more: the answer to a question that the change follows from. */
export async function changeWithin(tx: Tx, context: ClaimContext, input: ChangeInput): Promise<Sent> {
  const about = await readAbout(tx, context, input);
  if ("refusals" in about) return about;
  const before = await readVersion(tx, input.id, 1);
  if (before !== null)
    return canonical(before.change) === canonical(input.change) ? ok({ id: input.id }) : sentOtherwise;
  const foreseen = await judged(tx, context, about.ok);
  return "refusals" in foreseen ? foreseen : sealed(tx, context, { ...about.ok, ...foreseen.ok });
}

/** What would become of such a request: its judgement, or why it cannot be. Reads, writes nothing. */
export async function foreseeChange(tx: Tx, context: ClaimContext, input: ChangeInput): Promise<Outcome<Foreseen>> {
  const about = await readAbout(tx, context, input);
  return "refusals" in about ? about : judged(tx, context, about.ok);
}

/** The identity that is spoken of, if the asker sees it, under an id that is theirs to use. */
async function readAbout(tx: Tx, { actor }: ClaimContext, input: ChangeInput): Promise<Outcome<About>> {
  const identity = await readIdentityInSight(tx, actor, input.identity);
  if (identity === null) return refuse({ code: "not-found", sentence: "There is no such identity." });
  return (await mayUseFormId(tx, actor, input)) ? ok({ input, identity }) : noSuchRequest;
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
  const open = await readOpenRequestOn(tx, identity.id, { kind: input.kind, except: input.id });
  if (open === null) return null;
  return refuse({ code: "conflict", sentence: `Another request of this kind is open on it already.` });
}

const successorOf = ({ kind, change }: ChangeInput): string | null =>
  kind === "transfer" && typeof change.to === "string" ? change.to : null;

export interface Foreseen {
  /** The charter as it would stand, and how it was judged. */
  readonly charter: Charter;
  readonly examined: Examined;
  readonly now: Date;
}

async function judged(tx: Tx, context: ClaimContext, { input, identity }: About): Promise<Outcome<Foreseen>> {
  const refused = await whyNotChange(tx, context, { input, identity });
  if (refused !== null) return refused;
  const { id, kind, change } = input;
  const now = await databaseClock(tx);
  const charter = charterAfter({ kind, charter: identity.charter, change, now });
  if ("refusals" in charter) return charter;
  const request = { id, kind, identity: identity.id, requester: context.actor.id };
  const examined = await examineNew(tx, { request, version: { version: 1, change }, charter: charter.ok });
  return "refusals" in examined ? examined : ok({ charter: charter.ok, examined: examined.ok, now });
}

async function sealed(tx: Tx, context: ClaimContext, of: About & Foreseen): Promise<Sent> {
  const { input, identity, charter, examined, now } = of;
  const wrong = whyNotAsShown(input, examined);
  if (wrong !== null) return wrong;
  const { id, kind, change } = input;
  const requester = context.actor.id;
  await insertRequest(tx, { id, kind, identity: identity.id, requester, draftedAt: now });
  if ((await readRequest(tx, id))?.requester !== requester) return noSuchRequest;
  const done = await sealVersion(tx, context, {
    ...{ request: id, version: 1, charter, origins: originsAfter(identity.charter, charter), change },
    owner: acceptsAtOnce(input, examined) ? charter.owner : successorOf(input),
    ...{ kind, examined, assertion: input.assertion },
  });
  return "refusals" in done ? done : ok({ id });
}
