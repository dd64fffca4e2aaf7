import { lockIdentity, moveIdentity } from "#db/store/identities.ts";
import { insertIntent, insertSteps, readFoundingIntent } from "#db/store/intents.ts";
import { wallClock } from "#db/store/steps.ts";
import type { Entry, Recorded } from "#lib/audit/entry.ts";
import { laneOf } from "#lib/connectors/connector.ts";
import type { Plan } from "#lib/domain/plan.ts";
import { factsAtFirst } from "#lib/domain/provisioning/rotation.ts";
import { type Refusals, refuse } from "#lib/domain/refusal.ts";
import { recordIdentity } from "../identities/record.ts";
import type { Work } from "../run.ts";
import type { Committing, Release, Released } from "./releasing.ts";
import { moveRequest } from "./stand.ts";
import { supersede } from "./supersede.ts";

type Committed = { readonly ok: Recorded<Released> } | { readonly refusals: Refusals };

/** Writes down what is about to be done, before a target is touched: intent, steps, identity, state. */
export async function commit(work: Work, input: Release, to: Committing): Promise<Committed> {
  const { request, version, examined } = to;
  const { plan, planDigest } = examined;
  const ended = await supersede(work, to);
  if (ended === null) {
    return refuse({ code: "conflict", sentence: "It is too late: what follows the hold has begun." });
  }
  const intent = work.newId();
  const about = { request: request.id, requestVersion: version.version };
  const founding = await readFoundingIntent(work.tx, plan.identity);
  await insertIntent(work.tx, {
    ...about,
    ...{ id: intent, kind: request.kind, identity: plan.identity, target: plan.target, plan, planDigest },
    mark: founding?.mark ?? input.mark({ target: plan.target, name: plan.name, intent, planDigest }),
    // Compared with the time that the target itself gives its objects, which never follows a business clock that is set ahead;
    // a simulated one follows a clock that is set back.
    markedAt: founding?.markedAt ?? new Date(Math.min(await wallClock(work.tx), work.now.getTime())),
    state: "running",
    createdAt: work.now,
  });
  const steps = await planSteps(work, input, { plan, intent });
  const begun = await begin(work, to, intent);
  const why = { intent, planDigest };
  const moved = await moveRequest(work, to.state, { ...about, state: "provisioning", deadline: null, detail: {}, why });
  const { identity, target, name } = plan;
  const detail = { ...about, kind: request.kind, identity, target, name, planDigest, steps };
  const committed: Entry = { noun: "intent", id: intent, version: 1, action: "intent.committed", detail };
  return { ok: await work.record("released", moved, to.kept, committed, ...begun, ...ended) };
}

/** The first step is ready at once; each later one waits for the one before it. */
async function planSteps(
  work: Work,
  input: Release,
  { plan, intent }: { readonly plan: Plan; readonly intent: string },
): Promise<readonly string[]> {
  const flow = input.flow(plan);
  const rows = flow.map(({ name, kind, title }, ordinal) => ({
    ...{ id: work.newId(), intent, ordinal, name, kind, title, target: plan.target, lane: laneOf(kind) },
    facts: ordinal === 0 ? factsAtFirst(plan) : {},
    state: ordinal === 0 ? ("ready" as const) : ("waiting" as const),
    dueAt: work.now,
  }));
  await insertSteps(work.tx, rows);
  return flow.map(({ name }) => name);
}

/** What the intent's beginning makes of its identity. */
async function begin(work: Work, to: Committing, intent: string): Promise<readonly Entry[]> {
  const { kind, id: request } = to.request;
  if (kind === "provision") return [await recordIdentity(work, to)];
  if (kind !== "retire") return [];
  const identity = await lockIdentity(work.tx, to.examined.plan.identity);
  if (identity === null) throw new Error(`The identity of request ${request} is not recorded.`);
  const version = await moveIdentity(work.tx, identity, { event: "retirement-started" });
  return [
    { noun: "identity", id: identity.id, version, action: "identity.retirement-started", detail: { request, intent } },
  ];
}
