import { readInstallation } from "#db/read/planning-facts.ts";
import { readRequestInSight } from "#db/read/request-in-sight.ts";
import { databaseClock } from "#db/store/audit.ts";
import { readLatestVersion } from "#db/store/requests.ts";
import type { Answers } from "#lib/domain/answers.ts";
import type { Charter, Environment, Origins } from "#lib/domain/charter.ts";
import type { Decision } from "#lib/domain/decision.ts";
import type { Plan } from "#lib/domain/plan.ts";
import type { Reach } from "#lib/domain/reach.ts";
import { readAnswers } from "#lib/domain/read-answers.ts";
import { type Outcome, ok, type Refusal, refuse } from "#lib/domain/refusal.ts";
import { examine } from "#lib/judgement/examine.ts";
import { fillForm } from "#lib/judgement/fill-form.ts";
import type { ClaimContext } from "../run.ts";

/** A form's id (a draft's, and its request's once submitted) with what was answered. */
export interface FormInput {
  readonly id: string;
  readonly answers: Answers;
}

/** What would happen if the form were submitted now. Plan, reach and decision are null until every field is filled. */
export interface Preview {
  readonly filled: Partial<Charter>;
  readonly origins: Origins;
  readonly charter: Charter | null;
  readonly inferredEnvironment: Environment | null;
  /** Of fields and of hard limits; policy's own are in the decision. */
  readonly refusals: readonly Refusal[];
  readonly decision: Decision | null;
  readonly plan: Plan | null;
  readonly planDigest: string | null;
  readonly reach: Reach | null;
  readonly ladder: string | null;
  /** The version that a submission would be. */
  readonly version: number;
}

/** Answers a form while it is typed: reads, writes nothing, leaves no entry. Somebody else's request is *not found*. */
export async function preview(context: ClaimContext, input: FormInput): Promise<Outcome<Preview>> {
  const { db, actor } = context;
  const answers = readAnswers(input.answers);
  if ("refusals" in answers) return answers;
  const [installation, before] = await Promise.all([readInstallation(db), readLatestVersion(db, input.id)]);
  if (installation === null) {
    return refuse({
      code: "conflict",
      sentence: "No worker has started yet, so nothing can be requested.",
      mend: "Ask an operator to start one.",
    });
  }
  if (before !== null && (await readRequestInSight(db, actor, input.id))?.request.requester !== actor.id) {
    return refuse({ code: "not-found", sentence: "There is no such request." });
  }
  const reading = { tx: db, now: await databaseClock(db) };
  const form = await fillForm(reading, { viewer: actor, answers: answers.ok, ownName: before?.charter.name ?? null });
  if ("refusals" in form) return form;
  const { composed, ladder } = form.ok;
  const version = (before?.version ?? 0) + 1;
  const seen = { ...composed, ladder, version };
  const nothing = { decision: null, plan: null, planDigest: null, reach: null };
  if (composed.charter === null) return ok({ ...seen, ...nothing });
  const examined = await examine(reading, {
    request: { id: input.id, kind: "provision", identity: null, requester: actor.id },
    version: { version, change: {} },
    charter: composed.charter,
    installation,
  });
  if ("refusals" in examined) return ok({ ...seen, ...nothing, charter: null, refusals: examined.refusals });
  const { decision, plan, planDigest, reach } = examined.ok;
  return ok({ ...seen, decision, plan, planDigest, reach });
}
