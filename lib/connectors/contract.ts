import assert from "node:assert/strict";
import type { Plan } from "#lib/domain/plan.ts";
import { factsAtFirst } from "#lib/domain/provisioning/rotation.ts";
import type { Calls, Mark } from "#lib/domain/target.ts";
import { type ObservedObject, Squatter } from "./connector.ts";

import {
  accessPlanFor,
  beginLife,
  type Harness,
  type Life,
  observe,
  openCalls,
  planFor,
  runFlow,
  runStep,
  workOf,
} from "./contract-life.ts";

export interface ContractCase {
  readonly name: string;
  run(harness: Harness): Promise<void>;
}

async function provisioned(harness: Harness): Promise<{ life: Life; plan: Plan }> {
  const life = beginLife(harness);
  const plan = planFor(life, "provision");
  await runFlow(life, plan);
  return { life, plan };
}

const rotationOf = (life: Life, replaces: readonly string[]): Plan => {
  const held = life.held;
  life.held = replaces;
  const plan = { ...planFor(life, "rotate"), change: { replaces: [...replaces] } };
  life.held = held;
  return plan;
};

/** A live identity whose credential has just been replaced; null where nothing stored is replaced. */
async function rotating(harness: Harness): Promise<{ readonly life: Life | null }> {
  const { life, plan } = await provisioned(harness);
  const issues = harness.connector.flow("provision", plan).some(({ kind }) => kind === "issue");
  if (!issues || !harness.connector.capabilities.has("rotate")) return { life: null };
  const replaces = [...life.held];
  life.facts = { ...life.facts, ...factsAtFirst(rotationOf(life, replaces)) };
  await runStep(life, rotationOf(life, replaces), "issue");
  return { life };
}

const byId = (a: ObservedObject, b: ObservedObject): number => a.externalId.localeCompare(b.externalId);

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
        const { credential } = harness.target;
        const issues = harness.connector.flow("provision", plan).some(({ kind }) => kind === "issue");
        if (issues && credential?.protocol === "server-chosen")
          await assert.rejects(async () => credential.list(workOf(life, plan)), Squatter);
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
      const { life } = await rotating(harness);
      if (life === null) return;
      const [old = "", fresh = ""] = life.held;
      assert.equal((await harness.lying(life.name))?.liveCredentials, 2);
      const rotation = rotationOf(life, [old]);
      for (const { name, kind } of harness.connector.flow("rotate", rotation)) {
        if (kind === "issue") continue;
        await runStep(life, rotation, name);
        await runStep(life, rotation, name);
        assert.equal((await harness.lying(life.name))?.liveCredentials, 1);
      }
      life.held = [fresh];
      const seen = await observe(life, rotation);
      assert.deepEqual(seen.state === "ours" && seen.differences, []);
      const found: (readonly string[])[] = [];
      for await (const one of harness.target.discover(openCalls()))
        if (one.name === life.name) found.push(one.credentials.map(({ id }) => id));
      assert.deepEqual(found, [[fresh]]);
    },
  },
  {
    name: "suspends, resumes, renews and retires both credentials of an overlap",
    run: async (harness) => {
      const { life } = await rotating(harness);
      if (life === null) return;
      const live = async () => (await harness.lying(life.name))?.liveCredentials;
      await runFlow(life, planFor(life, "suspend"));
      assert.equal(await live(), 0);
      await runFlow(life, planFor(life, "resume"));
      assert.equal(await live(), 2);
      const renewal = planFor(life, "renew", { endsAt: "2031-01-01T00:00:00.000Z" });
      await runFlow(life, renewal);
      const seen = await observe(life, renewal);
      assert.deepEqual(seen.state === "ours" && seen.differences, []);
      await runFlow(life, planFor(life, "retire"));
      assert.equal(await harness.lying(life.name), null);
    },
  },
  {
    name: "does not open again what a rotation has ended",
    run: async (harness) => {
      const { life } = await rotating(harness);
      if (life === null) return;
      const rotation = rotationOf(life, life.held.slice(0, 1));
      const ends = harness.connector.flow("rotate", rotation).find(({ kind }) => kind === "disable");
      await runFlow(life, planFor(life, "suspend"));
      await runStep(life, rotation, ends?.name ?? "");
      await runFlow(life, planFor(life, "resume"));
      await runStep(life, rotation, ends?.name ?? "");
      assert.equal((await harness.lying(life.name))?.liveCredentials, 1);
    },
  },
  {
    name: "takes access away, gives it again, each twice to the same end, and takes either back",
    run: async (harness) => {
      const { life, plan } = await provisioned(harness);
      const differs = async (from: Plan) => {
        const seen = await observe(life, from);
        assert.ok(seen.state === "ours" && seen.enabled, JSON.stringify(seen));
        return seen.differences;
      };
      const less = accessPlanFor(life, plan, { spec: harness.smaller, added: 0, takenAway: 1 });
      const more = accessPlanFor(life, less, { spec: harness.spec, added: 1, takenAway: 0 });
      for (const [changed, before] of [
        [less, plan],
        [more, less],
      ] as const) {
        const change = harness.connector.flow(changed.kind, changed).find(({ name }) => name.startsWith("change-"));
        const step = harness.target.steps[change?.name ?? ""];
        assert.deepEqual(await differs(before), []);
        await runFlow(life, changed);
        await runFlow(life, changed);
        assert.deepEqual(await differs(changed), []);
        assert.notDeepEqual(await differs(before), []);
        for (const _ of [1, 2]) await step?.undo?.(workOf(life, changed));
        assert.deepEqual(await differs(before), []);
        await runFlow(life, changed);
      }
      assert.deepEqual(await differs(more), []);
    },
  },
  {
    name: "puts right on resuming what a change that was ended half done has left",
    run: async (harness) => {
      const { life, plan } = await provisioned(harness);
      const less = accessPlanFor(life, plan, { spec: harness.smaller, added: 0, takenAway: 1 });
      await runFlow(life, less, "change-");
      await runFlow(life, planFor(life, "suspend"));
      await runFlow(life, planFor(life, "resume"));
      const seen = await observe(life, plan);
      assert.ok(seen.state === "ours" && seen.enabled);
      assert.deepEqual(seen.differences, []);
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
    name: "shows in one reading of the whole what it shows of each by itself",
    run: async (harness) => {
      const { readWhole } = harness.target;
      if (readWhole === undefined) return;
      const { life, plan } = await provisioned(harness);
      const stranger = beginLife(harness);
      await harness.squat(stranger.name, { ...stranger.mark, hmac: "forged" });
      const nowhere = beginLife(harness);
      const same = async () => {
        const listed: ObservedObject[] = [];
        for await (const one of harness.target.discover(openCalls())) listed.push(one);
        const whole = await readWhole(openCalls(), new Set([...listed.map(({ name }) => name), nowhere.name]));
        assert.ok(whole !== null);
        assert.deepEqual(whole.objects.toSorted(byId), listed.toSorted(byId));
        for (const one of [life, stranger]) {
          const planned = one === life ? plan : planFor(one, "provision");
          assert.deepEqual(await whole.observe(workOf(one, planned).intent), await observe(one, planned));
        }
        assert.equal(await whole.observe(workOf(nowhere, planFor(nowhere, "provision")).intent), null);
        return whole.observe(workOf(life, plan).intent);
      };
      const first = await same();
      assert.deepEqual(first?.state === "ours" && first.differences, []);
      await runFlow(life, planFor(life, "suspend"));
      const held = await same();
      assert.ok(held?.state === "ours" && !held.enabled);
      await runFlow(life, planFor(life, "resume"));
      await harness.tamper(life.name);
      const changed = await same();
      assert.ok(changed?.state === "ours" && changed.differences.length > 0);
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
