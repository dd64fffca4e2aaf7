import { mayUseFormId } from "#db/read/form-id.ts";
import { readIdentityInSight } from "#db/read/identity-sight.ts";
import { readInstallation } from "#db/read/planning-facts.ts";
import { databaseClock } from "#db/store/audit.ts";
import { charterAfter } from "#lib/domain/change.ts";
import type { Charter } from "#lib/domain/charter.ts";
import type { Decision } from "#lib/domain/decision.ts";
import { mayAskAbout } from "#lib/domain/ownership.ts";
import type { Explained } from "#lib/domain/permission.ts";
import { readWantedAccess } from "#lib/domain/read-answers.ts";
import { type Outcome, ok, type Refusal, refuse } from "#lib/domain/refusal.ts";
import { whyNotPlain } from "#lib/domain/text.ts";
import { examine } from "#lib/judgement/examine.ts";
import { type AccessView, viewAccess } from "#lib/judgement/view-access.ts";
import { explainAdded } from "#lib/judgement/wanted-spec.ts";
import { noSuchRequest, noWorker } from "../refusals.ts";
import type { ClaimContext } from "../run.ts";
import { type AccessInput, changeWanted } from "./change-access.ts";

/** What would happen if the form were sent now. The rest is null while something of it cannot be. */
export interface AccessPreview {
  readonly refusals: readonly Refusal[];
  readonly decision: Decision | null;
  /** Null also while the reason is missing: there is nothing to send yet. */
  readonly planDigest: string | null;
  readonly view: AccessView | null;
  /** What was composed to be added, explained back; null where nothing was. */
  readonly explained: Explained | null;
}
type Foreseen = Omit<AccessPreview, "explained">;

const kind = "change-access";

/** Stands for a reason that is not typed yet, so that policy speaks before it is. */
const later = "To be said";

/** Answers the form while it is filled: reads, writes nothing, leaves no entry. */
export async function previewAccess(context: ClaimContext, input: AccessInput): Promise<Outcome<AccessPreview>> {
  const { db, actor } = context;
  const { id, identity: of } = input;
  const identity = await readIdentityInSight(db, actor, of);
  if (identity === null) return refuse({ code: "not-found", sentence: "There is no such identity." });
  if (!(await mayUseFormId(db, actor, { id, kind, identity: of }))) return noSuchRequest;
  const { owner, endsIt, state, charter } = identity;
  const may = mayAskAbout(kind, { owner, endsIt, state, backup: charter.backup }, actor);
  if ("refusals" in may) return may;
  const wanted = readWantedAccess(input.wanted);
  const now = await databaseClock(db);
  const explained = "ok" in wanted ? await explainAdded({ tx: db, now }, identity, wanted.ok) : null;
  const foreseen = await foresee(context, input, { charter, now });
  return "refusals" in foreseen ? foreseen : ok({ ...foreseen.ok, explained });
}

async function foresee(
  context: ClaimContext,
  input: AccessInput,
  { charter, now }: { readonly charter: Charter; readonly now: Date },
): Promise<Outcome<Foreseen>> {
  const { db, actor } = context;
  const { id, identity: of } = input;
  const why = whyNotPlain(input.reason, { min: 3, max: 500 });
  const change = await changeWanted(db, context, { ...input, reason: why === null ? input.reason : later });
  if ("refusals" in change) return open(change.refusals);
  const installation = await readInstallation(db);
  if (installation === null) return noWorker;
  const after = charterAfter({ kind, charter, change: change.ok, now });
  if ("refusals" in after) return open(after.refusals);
  const request = { id, kind, identity: of, requester: actor.id } as const;
  const version = { version: 1, change: change.ok };
  const examined = await examine({ tx: db, now }, { request, version, charter: after.ok, installation });
  if ("refusals" in examined) return open(examined.refusals);
  const { decision, plan, planDigest } = examined.ok;
  const view = await viewAccess(plan);
  return ok({ refusals: [], decision, view, planDigest: why === null ? planDigest : null });
}

const open = (refusals: readonly Refusal[]): Outcome<Foreseen> =>
  ok({ refusals, decision: null, planDigest: null, view: null });
