import { mayUseFormId } from "#db/read/form-id.ts";
import { readInstallation } from "#db/read/planning-facts.ts";
import type { VersionRow } from "#db/store/requests.ts";
import type { Actor } from "#lib/domain/actor.ts";
import type { Answers } from "#lib/domain/answers.ts";
import type { Charter, Environment, Origins } from "#lib/domain/charter.ts";
import type { Decision } from "#lib/domain/decision.ts";
import type { Explained } from "#lib/domain/permission.ts";
import type { Plan } from "#lib/domain/plan.ts";
import type { Reach } from "#lib/domain/reach.ts";
import { readAnswers } from "#lib/domain/read-answers.ts";
import { type Outcome, ok, type Refusal } from "#lib/domain/refusal.ts";
import type { Reading } from "#lib/judgement/draw-plan.ts";
import { examine } from "#lib/judgement/examine.ts";
import { fillForm } from "#lib/judgement/fill-form.ts";
import { noSuchRequest, noWorker } from "../refusals.ts";

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
  /** What was composed, explained back; null where nothing was. */
  readonly explained: Explained | null;
  /** The version that a submission would be. */
  readonly version: number;
}

export interface Foresight {
  readonly actor: Actor;
  readonly input: FormInput;
  /** The newest version that was sealed under this id; null for a new request. */
  readonly before: VersionRow | null;
}

/** What would become of a form, for its preview and for its submission. Reads, writes nothing. Somebody else's id is *not found*. */
export async function foresee(reading: Reading, { actor, input, before }: Foresight): Promise<Outcome<Preview>> {
  const answers = readAnswers(input.answers);
  if ("refusals" in answers) return answers;
  const [installation, own, form] = await Promise.all([
    readInstallation(reading.tx),
    mayUseFormId(reading.tx, actor, { id: input.id, kind: "provision", identity: null }),
    fillForm(reading, { viewer: actor, answers: answers.ok, ownName: before?.charter.name ?? null }),
  ]);
  if (!own) return noSuchRequest;
  if (installation === null) return noWorker;
  if ("refusals" in form) return form;
  const { composed, ladder, explained } = form.ok;
  const version = (before?.version ?? 0) + 1;
  const seen = { ...composed, ladder, explained, version };
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
