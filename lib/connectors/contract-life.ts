import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import type { Charter, RequestKind } from "#lib/domain/charter.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Plan, StorageSlot } from "#lib/domain/plan.ts";
import type { Calls, Mark } from "#lib/domain/target.ts";
import type { Connector, Intent, Labels, StepWork, Target } from "./connector.ts";
import { issueOnce } from "./contract-credential.ts";
import { asFormer } from "./former.ts";

/** What truly lies at a target under a name, read by other means than the connector's. Null: nothing. */
export interface Lying {
  readonly permissions: boolean;
  readonly disabled: boolean;
  /** Credentials that are accepted. */
  readonly liveCredentials: number;
}

/** One server that a connector is held against, simulated or real. */
export interface Harness {
  readonly connector: Connector<unknown, unknown>;
  readonly settings: unknown;
  readonly target: Target;
  readonly charter: Charter;
  readonly spec: unknown;
  /** A spec that allows less of the same. */
  readonly smaller: unknown;
  readonly storage: StorageSlot | null;
  now(): Date;
  /** Name of an object that no earlier case used. */
  freshName(): string;
  lying(name: string): Promise<Lying | null>;
  /** Makes an object under this name that is not ours; with `mark`, one that copies it. */
  squat(name: string, mark: Mark | null): Promise<void>;
  /** Changes an object of ours behind our back. */
  tamper(name: string): Promise<void>;
  /** Loses the answer of the next call of this name, which is executed; null where the server cannot. */
  readonly loseAnswer: ((call: string) => void) | null;
  /** Cases in which this server is known to be wrong: name of the case → what it does instead. */
  readonly differs: Readonly<Record<string, string>>;
}

const labels: Labels = {
  installation: "contract",
  identity: "0190-contract",
  portal: "http://localhost:3000",
  team: "payments",
  service: "settlement",
  owner: "Jonas Kern",
};

/** Calls without a gate, as the worker would guard them. Remembers what was called. */
export function openCalls(seen: string[] = []): Calls {
  return {
    make: (name, call) => {
      seen.push(name);
      return call({ signal: new AbortController().signal, timeoutMs: 10_000, aboutToSend: () => undefined });
    },
  };
}

export interface Life {
  readonly harness: Harness;
  readonly name: string;
  readonly mark: Mark;
  readonly markedAt: string;
  /** Facts as the row would hold them. */
  facts: JsonObject;
  /** Ids of the credentials that were issued and not ended, oldest first. */
  held: readonly string[];
  /** Calls made by the last step. */
  seen: string[];
}

export const beginLife = (harness: Harness, name = harness.freshName()): Life => ({
  harness,
  name,
  mark: { installation: "contract", intent: `intent-${name}`, key: "k1", hmac: "genuine" },
  /** A little earlier than now: targets tell the time in whole seconds. */
  markedAt: new Date(harness.now().getTime() - 5000).toISOString(),
  facts: {},
  held: [],
  seen: [],
});

export function planFor(life: Life, kind: RequestKind, change: Partial<Charter> = {}): Plan {
  const { harness, name } = life;
  const { connector, settings, spec, storage } = harness;
  const charter = { ...harness.charter, ...change };
  return {
    v: 1,
    kind,
    request: "0190-request",
    version: 1,
    identity: labels.identity,
    connector: connector.kind,
    target: charter.target,
    name,
    entries: { target: "digest", vault: null },
    objects: connector.plan({ kind, charter, spec, settings, name, storage, held: life.held, labels }),
    storage,
    endsAt: charter.endsAt,
    change: {},
  };
}

/** A change of access from what one plan says to another spec. */
export function accessPlanFor(
  life: Life,
  from: Plan,
  { spec, ...change }: { readonly spec: unknown; readonly added: number; readonly takenAway: number },
): Plan {
  const plan = planFor({ ...life, harness: { ...life.harness, spec } }, "change-access");
  return { ...plan, change: { ...change, former: asFormer(from.objects) } };
}

export function workOf(life: Life, plan: Plan): StepWork {
  const own = plan.kind === "provision" ? life.mark.intent : `${life.mark.intent}-${plan.kind}`;
  const intent: Intent = {
    id: own,
    kind: plan.kind,
    identity: plan.identity,
    target: plan.target,
    name: life.name,
    plan,
    planDigest: "plan-digest",
    mark: life.mark,
    markedAt: life.markedAt,
  };
  life.seen = [];
  return {
    intent,
    plan,
    facts: life.facts,
    checkpoint: async (facts) => {
      life.facts = { ...life.facts, ...facts };
    },
    calls: openCalls(life.seen),
  };
}

/** One step, as the saga would run it: again after an answer that was lost, delayed or held back. */
export async function runStep(life: Life, plan: Plan, name: string): Promise<void> {
  const { credential, steps } = life.harness.target;
  if (name === "issue") {
    assert.ok(credential, "a flow with an issue step has credential primitives");
    life.held = [...life.held, await issueOnce(credential, () => workOf(life, plan))];
    return;
  }
  const step = steps[name];
  assert.ok(step, `no step ${name}`);
  for (let turn = 0; ; turn += 1) {
    try {
      const done = await step.run(workOf(life, plan));
      life.facts = { ...life.facts, ...done.facts };
      assert.ok(done.evidence.length > 10, `${name} says what it saw`);
      return;
    } catch (error) {
      const again = error instanceof TargetFault && ["ambiguous", "unavailable", "throttled"].includes(error.kind);
      if (!again || turn >= 5) throw error;
      await wait(10 * 2 ** turn);
    }
  }
}

export async function runFlow(life: Life, plan: Plan, upTo?: string): Promise<readonly string[]> {
  const names = life.harness.connector.flow(plan.kind, plan).map(({ name }) => name);
  const last = upTo === undefined ? names.length : names.findIndex((name) => name.startsWith(upTo)) + 1;
  for (const name of names.slice(0, last)) await runStep(life, plan, name);
  return names.slice(0, last);
}

export const observe = (life: Life, plan: Plan) => life.harness.target.observe(workOf(life, plan).intent, openCalls());
