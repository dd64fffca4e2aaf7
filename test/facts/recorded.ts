import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { ask, judge, openScenario, type Scenario } from "./scenario.ts";

type Transaction = Parameters<Parameters<Scenario["database"]["admin"]["begin"]>[1]>[0];
export const days = 86_400;

/** A scenario whose records can be written as they would have become in months, without the months. */
export interface Recorded {
  readonly scenario: Scenario;
  /** Id of the identity that every other is made after; it is retired. */
  readonly template: string;
  /** Writes as nobody of ours may: without entries, without triggers. */
  unguarded(work: (tx: Transaction) => Promise<unknown>): Promise<unknown>;
  /** The instant so many seconds from the business clock's now, past or ahead. */
  inSeconds(seconds: number): Promise<string>;
  /** A live identity of Amara's but for what is said; it ends in 200 days. */
  lives(changes?: Record<string, unknown>, charter?: Record<string, unknown>): Promise<string>;
  leaves(...people: readonly string[]): Promise<unknown>;
  /** No identity lives, nothing was found or counted, everybody is there. */
  clear(): Promise<unknown>;
}

/** Demo people signed in, and one request of Amara's approved: the template of every identity that `lives`. */
export async function openRecorded(): Promise<Recorded> {
  const scenario = await openScenario();
  for (const person of ["mara.lind", "tomas.vidal"]) await scenario.signIn(person, ["security"]);
  await scenario.signIn("ida.holm", ["operator"]);
  for (const person of ["jonas.kern", "amara.obi", "priya.shah"]) await scenario.signIn(person);
  const template = await approvedTemplate(scenario);
  const unguarded = (work: (tx: Transaction) => Promise<unknown>) =>
    scenario.database.admin.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await work(tx);
    });
  const inSeconds = async (seconds: number) => {
    const [row] = await scenario.worker.db.execute<{ now: string }>(
      sql`select to_json(charter.clock()) #>> '{}' as now`,
    );
    return new Date(new Date(row?.now ?? "").getTime() + seconds * 1_000).toISOString();
  };
  await unguarded((tx) => tx`update charter.identities set state = 'retired'`);
  return {
    ...{ scenario, template, unguarded, inSeconds },
    lives: async (changes = {}, charter = {}) => {
      const id = randomUUID();
      const row = { id, name: `n-${id}`, object_name: `charter-${id}`, state: "live", live_at: await inSeconds(-days) };
      const ends = { ends_at: await inSeconds(200 * days), observed_at: await inSeconds(-60), first_use_at: null };
      await unguarded(async (tx) => {
        await tx`insert into charter.identities select (jsonb_populate_record(i, ${tx.json({ ...row, ...ends, ...changes } as never)})).*
          from charter.identities i where id = ${template}`;
        await tx`update charter.identities set charter = charter || ${tx.json(charter as never)} where id = ${id}`;
      });
      return id;
    },
    leaves: (...people) =>
      unguarded((tx) => tx`update charter.people set active = false where id = any (${people.map(scenario.id)})`),
    clear: () =>
      unguarded(async (tx) => {
        await tx`delete from charter.identities where id <> ${template}`;
        for (const table of ["findings", "counters", "credentials", "exceptions", "questions", "debts"])
          await tx.unsafe(`delete from charter.${table}`);
        await tx`update charter.people set active = true`;
      }),
  };
}

async function approvedTemplate(scenario: Scenario): Promise<string> {
  const template = await ask(scenario, "amara.obi");
  await scenario.settle();
  for (const person of ["mara.lind", "tomas.vidal"]) {
    if ((await scenario.state(template))?.state !== "awaiting-approval") break;
    await judge(scenario, person, template);
    await scenario.settle();
  }
  return template;
}
