import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import type { FlowStep, Step, StepWork, Target } from "#lib/connectors/connector.ts";
import { createSaga } from "#lib/worker/saga.ts";
import type { TestDatabase } from "#test/support/database.ts";
import { passTime, type SeededIntent } from "./saga-world.ts";

export const flow: FlowStep[] = [
  { name: "make", kind: "create", title: "Make it" },
  { name: "label", kind: "create", title: "Label it" },
  { name: "empower", kind: "empower", title: "Give it power" },
  { name: "verify", kind: "read", title: "Read it back" },
];
export const retirement: FlowStep[] = [
  { name: "disable", kind: "disable", title: "Disable it" },
  { name: "remove", kind: "remove", title: "Remove it", afterHold: true },
];

/** A target in memory; `trouble` decides what each run of a step throws, in turn. */
export function fakeTarget() {
  const did: string[] = [];
  const trouble = new Map<string, (unknown | ((work: StepWork) => unknown))[]>();
  const act = async (name: string, work: StepWork) => {
    const [next, ...rest] = trouble.get(name) ?? [];
    trouble.set(name, rest);
    const problem = typeof next === "function" ? await next(work) : next;
    if (problem) throw problem;
    await work.calls.make(name, async ({ aboutToSend }) => {
      aboutToSend();
      did.push(name);
    });
  };
  const step = (name: string): Step => ({
    run: async (work) => {
      await act(name, work);
      return {
        facts: { [name]: true },
        evidence: `${name} was seen.`,
        objects: [
          {
            kind: "thing",
            name: work.plan.name,
            externalId: `ext-${work.plan.name}`,
            state: name === "empower" ? "live" : "powerless",
          },
        ],
      };
    },
    undo: (work) => act(`undo ${name}`, work),
  });
  const names = [...flow, ...retirement].map(({ name }) => name);
  const target: Target = {
    check: async () => [],
    steps: Object.fromEntries(names.map((name) => [name, step(name)])),
    observe: async () => ({ state: "absent" }),
    discover: async function* () {},
    close: async () => {},
  };
  return {
    /** Fingerprint of the entry as configured; plans are seeded with this one. */
    entry: "t",
    target,
    did,
    trouble: (name: string, ...problems: unknown[]) => trouble.set(name, problems),
  };
}
export type Fake = ReturnType<typeof fakeTarget>;

/** A worker's saga that knows the target in memory and nothing else. */
export const sagaAt = (database: TestDatabase, fake: Fake, steps = flow) =>
  createSaga({
    db: database.worker,
    worker: randomUUID(),
    newId: randomUUID,
    target: async () => fake.target,
    vault: async () => {
      throw new Error("no vault here");
    },
    entry: () => fake.entry,
    flow: () => steps,
    random: () => 1,
  });

/** Runs until nothing more can be taken, letting waits pass; at most `turns` times. */
export async function settleAt(
  database: TestDatabase,
  fake: Fake,
  { steps = flow, turns = 60 }: { readonly steps?: FlowStep[]; readonly turns?: number } = {},
): Promise<void> {
  const saga = sagaAt(database, fake, steps);
  for (let turn = 0; turn < turns; turn += 1) {
    if (await saga.runOne()) continue;
    const [open] =
      await database.admin`select 1 from charter.steps where state in ('ready', 'ambiguous', 'claimed', 'sent') and due_at < now() + interval '1 day'`;
    if (!open) return;
    await passTime(database.admin);
  }
}

/** Where an intent, its request and its identity stand. */
export const stateIn = async (admin: postgres.Sql, { intent, request, identity }: SeededIntent) => {
  const [row] = await admin`select i.state as intent, r.state as request, r.detail as detail, d.state as identity
    from charter.intents i, charter.request_states r, charter.identities d where i.id = ${intent} and r.request = ${request} and d.id = ${identity}`;
  return row as { intent: string; request: string; identity: string; detail: { sentence?: string } };
};

/** The steps of an intent in their order. */
export const stepsIn = (admin: postgres.Sql, { intent }: SeededIntent) =>
  admin`select name, state, attempts, stuck_at, fault, undoing, lane, due_at > now() + interval '5 minutes' as later from charter.steps where intent = ${intent} order by ordinal`;
