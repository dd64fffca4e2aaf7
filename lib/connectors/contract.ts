import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import type { Charter, RequestKind } from "#lib/domain/charter.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Plan, StorageSlot } from "#lib/domain/plan.ts";
import type { Calls, Mark } from "#lib/domain/target.ts";
import { type Connector, type Intent, type Labels, Squatter, type StepWork, type Target } from "./connector.ts";
import { issueOnce } from "./contract-credential.ts";

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

export interface ContractCase {
  readonly name: string;
  run(harness: Harness): Promise<void>;
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
  seen: [],
});

export function planFor({ harness, name }: Life, kind: RequestKind, change: Partial<Charter> = {}): Plan {
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
    objects: connector.plan({ kind, charter, spec, settings, name, storage, labels }),
    storage,
    endsAt: charter.endsAt,
    change: {},
  };
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
    return issueOnce(credential, () => workOf(life, plan));
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

const observe = (life: Life, plan: Plan) => life.harness.target.observe(workOf(life, plan).intent, openCalls());

async function provisioned(harness: Harness): Promise<{ life: Life; plan: Plan }> {
  const life = beginLife(harness);
  const plan = planFor(life, "provision");
  await runFlow(life, plan);
  return { life, plan };
}

/** What every connector keeps, on every server. A case that a server is known to fail is run all the same and must fail as said. */
export const contract: readonly ContractCase[] = [
  {
    name: "creates without power, gives power last, and finds it as planned",
    run: async (harness) => {
      const life = beginLife(harness);
      const plan = planFor(life, "provision");
      const steps = harness.connector.flow("provision", plan);
      for (const { name, kind } of steps) {
        if (kind === "empower")
          assert.equal((await harness.lying(life.name))?.permissions, false, `no power before ${name}`);
        await runStep(life, plan, name);
      }
      const lying = await harness.lying(life.name);
      assert.equal(lying?.permissions, true);
      assert.equal(lying?.disabled, false);
      const seen = await observe(life, plan);
      assert.equal(seen.state, "ours");
      assert.deepEqual(seen.state === "ours" && seen.differences, []);
    },
  },
  {
    name: "runs every step twice to the same end",
    run: async (harness) => {
      const life = beginLife(harness);
      const plan = planFor(life, "provision");
      for (const { name, kind } of harness.connector.flow("provision", plan)) {
        await runStep(life, plan, name);
        if (kind !== "issue") await runStep(life, plan, name);
      }
      const lying = await harness.lying(life.name);
      assert.equal(lying?.permissions, true);
      assert.ok((lying?.liveCredentials ?? 0) <= 1);
    },
  },
  {
    name: "comes to one identity whichever answer is lost",
    run: async (harness) => {
      if (harness.loseAnswer === null) return;
      const dry = beginLife(harness);
      const calls: [string, string][] = [];
      const dryPlan = planFor(dry, "provision");
      for (const { name, kind } of harness.connector.flow("provision", dryPlan)) {
        await runStep(dry, dryPlan, name);
        if (kind !== "issue") for (const call of new Set(dry.seen)) calls.push([name, call]);
      }
      for (const [, call] of calls) {
        const life = beginLife(harness);
        const plan = planFor(life, "provision");
        harness.loseAnswer(call);
        await runFlow(life, plan);
        const seen = await observe(life, plan);
        assert.deepEqual(seen.state === "ours" && seen.differences, [], `after the lost answer of ${call}`);
      }
    },
  },
  {
    name: "touches nothing under its name that is not its own",
    run: async (harness) => {
      for (const copied of [false, true]) {
        const life = beginLife(harness);
        const plan = planFor(life, "provision");
        const foreign: Mark = { ...life.mark, hmac: "forged" };
        await harness.squat(life.name, copied ? foreign : null);
        const before = await harness.lying(life.name);
        await assert.rejects(runFlow(life, plan, "create"), Squatter);
        assert.equal((await observe(life, plan)).state, "not-ours");
        const [first] = harness.connector.flow("provision", plan);
        await assert.rejects(async () => harness.target.steps[first?.name ?? ""]?.undo?.(workOf(life, plan)), Squatter);
        assert.deepEqual(await harness.lying(life.name), before);
      }
    },
  },
  {
    name: "gives no power to an object that was changed meanwhile",
    run: async (harness) => {
      const life = beginLife(harness);
      const plan = planFor(life, "provision");
      const names = harness.connector
        .flow("provision", plan)
        .filter(({ kind }) => kind !== "empower" && kind !== "read");
      for (const { name } of names) await runStep(life, plan, name);
      await harness.tamper(life.name);
      const empower = harness.connector.flow("provision", plan).find(({ kind }) => kind === "empower");
      await assert.rejects(runStep(life, plan, empower?.name ?? ""), Squatter);
    },
  },
  {
    name: "sees drift on a live identity",
    run: async (harness) => {
      const { life, plan } = await provisioned(harness);
      await harness.tamper(life.name);
      const seen = await observe(life, plan);
      assert.ok(seen.state === "ours" && seen.differences.length > 0, JSON.stringify(seen));
    },
  },
  {
    name: "disables, and enables again when renewed",
    run: async (harness) => {
      const { life, plan } = await provisioned(harness);
      const retire = planFor(life, "retire");
      const [first] = harness.connector.flow("retire", retire);
      await runStep(life, retire, first?.name ?? "");
      await runStep(life, retire, first?.name ?? "");
      assert.equal((await harness.lying(life.name))?.disabled, true);
      const held = await observe(life, plan);
      assert.ok(held.state === "ours" && !held.enabled);
      const renewal = planFor(life, "renew", { endsAt: "2031-01-01T00:00:00.000Z" });
      await runFlow(life, renewal);
      assert.equal((await harness.lying(life.name))?.disabled, false);
      const seen = await observe(life, renewal);
      assert.ok(seen.state === "ours" && seen.enabled);
      assert.deepEqual(seen.differences, []);
    },
  },
  {
    name: "suspends twice, renews without enabling, resumes as planned",
    run: async (harness) => {
      const { life } = await provisioned(harness);
      const suspension = planFor(life, "suspend");
      await runFlow(life, suspension);
      await runFlow(life, suspension);
      assert.equal((await harness.lying(life.name))?.disabled, true);
      const end = { endsAt: "2031-01-01T00:00:00.000Z" };
      await runFlow(life, { ...planFor(life, "renew", end), change: { staysSuspended: true } });
      assert.equal((await harness.lying(life.name))?.disabled, true);
      const resumption = planFor(life, "resume", end);
      await runFlow(life, resumption);
      await runFlow(life, resumption);
      assert.equal((await harness.lying(life.name))?.disabled, false);
      const seen = await observe(life, resumption);
      assert.ok(seen.state === "ours" && seen.enabled);
      assert.deepEqual(seen.differences, []);
    },
  },
  {
    name: "replaces a credential beside the older one, which alone is ended then",
    run: async (harness) => {
      const { credential } = harness.target;
      if (credential?.protocol !== "server-chosen" || !harness.connector.capabilities.has("rotate")) return;
      const { life, plan } = await provisioned(harness);
      if (!harness.connector.flow("provision", plan).some(({ kind }) => kind === "issue")) return;
      const replaces = (await credential.list(workOf(life, plan))).map(({ id }) => id);
      const rotation: Plan = { ...planFor(life, "rotate"), change: { replaces } };
      const id = await credential.mint(workOf(life, rotation), () => undefined);
      assert.equal((await harness.lying(life.name))?.liveCredentials, 2);
      for (const { name, kind } of harness.connector.flow("rotate", rotation)) {
        if (kind === "issue") continue;
        await runStep(life, rotation, name);
        await runStep(life, rotation, name);
        assert.equal((await harness.lying(life.name))?.liveCredentials, 1);
      }
      assert.deepEqual(
        (await credential.list(workOf(life, rotation))).map((one) => one.id),
        [id],
      );
      const seen = await observe(life, rotation);
      assert.deepEqual(seen.state === "ours" && seen.differences, []);
    },
  },
  {
    name: "retires what is suspended",
    run: async (harness) => {
      const { life } = await provisioned(harness);
      await runFlow(life, planFor(life, "suspend"));
      await runFlow(life, planFor(life, "retire"));
      assert.equal(await harness.lying(life.name), null);
    },
  },
  {
    name: "removes everything, and says so when asked again",
    run: async (harness) => {
      const { life } = await provisioned(harness);
      const retire = planFor(life, "retire");
      await runFlow(life, retire);
      assert.equal(await harness.lying(life.name), null);
      await runFlow(life, retire);
      assert.equal((await observe(life, retire)).state, "absent");
    },
  },
  {
    name: "takes back what it made, twice, while it has no power",
    run: async (harness) => {
      const life = beginLife(harness);
      const plan = planFor(life, "provision");
      const names = await runFlow(life, plan, "prove");
      for (const _ of [1, 2])
        for (const name of [...names].reverse()) await harness.target.steps[name]?.undo?.(workOf(life, plan));
      assert.equal(await harness.lying(life.name), null);
    },
  },
  {
    name: "discovers its own by mark and strangers without",
    run: async (harness) => {
      const { life } = await provisioned(harness);
      const stranger = harness.freshName();
      await harness.squat(stranger, null);
      const marks = new Map<string, Mark | null>();
      for await (const found of harness.target.discover(openCalls())) marks.set(found.name, found.mark);
      assert.deepEqual(marks.get(life.name), life.mark);
      assert.equal(marks.get(stranger), null);
    },
  },
  {
    name: "sends nothing once the lease is gone",
    run: async (harness) => {
      const life = beginLife(harness);
      const plan = planFor(life, "provision");
      const [first] = harness.connector.flow("provision", plan);
      const gone = new Error("the lease is gone");
      const calls: Calls = {
        make: (_, call) =>
          call({
            signal: new AbortController().signal,
            timeoutMs: 10_000,
            aboutToSend: () => {
              throw gone;
            },
          }),
      };
      await assert.rejects(
        harness.target.steps[first?.name ?? ""]?.run({ ...workOf(life, plan), calls }) ?? Promise.resolve(),
        gone,
      );
      assert.equal(await harness.lying(life.name), null);
    },
  },
  {
    name: "has every right it needs, by name",
    run: async (harness) => {
      const checks = await harness.target.check(openCalls());
      assert.deepEqual(
        checks.filter(({ ok }) => !ok),
        [],
      );
      assert.ok(checks.length > 0);
    },
  },
];
