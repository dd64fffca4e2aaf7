import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flowOf } from "#lib/connectors/flow.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import type { Plan, StorageSlot } from "#lib/domain/plan.ts";
import { endOverlap } from "#lib/facts/requests/end-overlap.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { createSaga } from "#lib/worker/saga.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { type CrashWorld, startWorlds, type Worlds } from "./crash/worlds.ts";
import { connected, times } from "./saga-places.ts";
import { clearQueue, held, passTime, type SeededIntent, seedGate, seedIntent, unaudited } from "./saga-world.ts";

let database: TestDatabase;
let worlds: Worlds;
let rotating: readonly CrashWorld[];
beforeAll(async () => {
  database = await testDatabase();
  worlds = await startWorlds(["aws-iam", "postgresql"]);
  for (const target of [...worlds.all.map(({ target: { name } }) => name), "vault-main"])
    await seedGate(database.admin, { target });
  rotating = worlds.all.filter(({ stores, kind }) => stores && connectorOf(kind)?.capabilities.has("rotate"));
});
afterAll(async () => {
  await Promise.all([database.close(), worlds.stop()]);
});

interface Subject {
  readonly world: CrashWorld;
  readonly seeded: SeededIntent;
  readonly storage: StorageSlot;
}

async function seed(world: CrashWorld, kind: RequestKind, born?: Subject): Promise<Subject> {
  const name = born?.seeded.plan.name ?? `charter-dev-turn-${randomBytes(5).toString("hex")}`;
  const storage = born?.storage ?? { vault: "vault-main", mount: "kv", path: `crash/${name}` };
  const objects = world.planned({ kind, name, storage, held: await held(database.admin, born?.seeded) });
  const change = kind === "rotate" ? { overlapHours: 24 } : { holdDays: 0 };
  const shape = { kind, target: world.target.name, connector: world.kind, name, objects, storage, change };
  const of = born === undefined ? {} : { of: born.seeded };
  const flow = flowOf(shape as unknown as Plan);
  const seeded = await seedIntent(database.admin, { ...shape, flow, charter: world.charter, ...of });
  return { world, storage, seeded };
}

const saga = () => {
  const targets = Object.fromEntries(worlds.all.map(({ kind, target }) => [target.name, { kind, ...target }]));
  const vault = { address: worlds.vault.url, credentials: worlds.vaultCredentials };
  const places = connected({ targets, vault });
  return createSaga({
    ...{ db: database.worker, worker: randomUUID(), newId: randomUUID, times, random: () => 0 },
    ...places,
  });
};

/** The consumer: fetches the current secret and signs in with it. */
const consumes = async ({ world, seeded, storage }: Subject): Promise<boolean> =>
  (await world.look(seeded.plan.name, storage)).secretWorks;

/** Runs steps until none is due, the consumer looking after each; then whether it ever failed. */
async function runDue(subject: Subject): Promise<boolean> {
  const one = saga();
  let worked = true;
  for (let turn = 0; turn < 40 && (await one.runOne()); turn += 1) worked &&= await consumes(subject);
  return worked;
}

async function live(world: CrashWorld): Promise<Subject> {
  await clearQueue(database.admin);
  const born = await seed(world, "provision");
  await runDue(born);
  expect(await consumes(born)).toBe(true);
  return born;
}

/** A person whom the worker knows: who owns the identity, or somebody else. */
async function known({ seeded }: Subject, who: "owner" | "stranger"): Promise<string> {
  const [row] = await database.admin<{ owner: string }[]>`
    select owner from charter.identities where id = ${seeded.identity}`;
  const id = who === "owner" && row ? row.owner : randomUUID();
  await database.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`insert into charter.people (tenant, id, issuer, canonical, name, email, active)
      values ('main', ${id}, 'i', ${id}, ${who}, ${`${id}@acme.example`}, true)`;
    await sql`update charter.identities set charter = ${sql.json({ exception: null, backup: { team: randomUUID() } })}
      where id = ${seeded.identity}`;
  });
  return id;
}

const credentials = ({ seeded }: Subject) =>
  database.admin<{ id: string; state: string; kept: boolean; version: number }[]>`
    select external_id as id, state, kept_until is not null as kept, vault_version as version from charter.credentials
    where identity = ${seeded.identity} order by issued_at, vault_version`;
const stateOf = async ({ seeded }: Subject) =>
  (await database.admin`select state from charter.intents where id = ${seeded.intent}`)[0]?.state;

/** Of each version in the vault, oldest first, whether it was destroyed. */
const destroyed = ({ storage }: Subject): readonly boolean[] =>
  Object.values(worlds.vault.world().mounts[storage.mount]?.[storage.path]?.versions ?? {}).map((one) => one.destroyed);

describe("a rotation", () => {
  it("is done all the same where the vault does not let older versions be destroyed, and says so", async () => {
    const [world = expect.fail("no world rotates")] = rotating;
    const born = await live(world);
    const rotation = await seed(world, "rotate", born);
    await runDue(rotation);
    worlds.vault.fault({ operation: "destroy", effect: { kind: "denied" } });
    await passTime(database.admin, { days: 2 });
    await runDue(rotation);
    expect(await stateOf(rotation)).toBe("done");
    expect(destroyed(born)).toEqual([false, false]);
    const [last] = await database.admin`
      select evidence from charter.steps where intent = ${rotation.seeded.intent} order by ordinal desc limit 1`;
    expect(last?.evidence).toMatch(/did not let the versions below 2 be destroyed/);
    const next = await seed(world, "rotate", born);
    await runDue(next);
    await passTime(database.admin, { days: 2 });
    await runDue(next);
    expect(destroyed(born)).toEqual([true, true, false]);
  });

  it("leaves a consumer that fetches the secret each time without one failure, and ends the older credential after its overlap", async () => {
    for (const world of rotating) {
      const born = await live(world);
      const [first] = await credentials(born);
      const rotation = await seed(world, "rotate", born);
      expect(await runDue(rotation)).toBe(true);
      expect(await stateOf(rotation)).toBe("running");
      const both = await credentials(born);
      expect(both).toMatchObject([
        { id: first?.id, state: "active", kept: true },
        { state: "active", kept: false, version: (first?.version ?? 0) + 1 },
      ]);
      await passTime(database.admin, { days: 2 });
      expect(await runDue(rotation)).toBe(true);
      expect(await stateOf(rotation)).toBe("done");
      expect((await credentials(born)).map(({ state }) => state)).toEqual(["removed", "active"]);
      expect(await world.look(rotation.seeded.plan.name, rotation.storage)).toMatchObject({
        ...{ credentials: 1, powerful: true, secretWorks: true },
      });
      expect(world.most()).toBeLessThanOrEqual(2);
      expect(destroyed(born)).toEqual([true, false]);

      const again = await seed(world, "rotate", born);
      expect(await runDue(again)).toBe(true);
      await passTime(database.admin, { days: 2 });
      expect(await runDue(again)).toBe(true);
      expect((await credentials(born)).map(({ state }) => state)).toEqual(["removed", "removed", "active"]);
      expect(await unaudited(database.admin)).toBe(0);
    }
  });

  it("ends its older credential at once on its owner's word, and on nobody else's", async () => {
    const [world = expect.fail("no world rotates")] = rotating;
    const born = await live(world);
    const asks = async (person: string) => {
      const context = { db: database.worker, newId: randomUUID, actor: system } as const;
      const ask = randomUUID();
      const input = { ask, identity: born.seeded.identity, person };
      return runFact({ ...context, subject: { noun: "ask", id: ask } }, endOverlap, input);
    };
    const owner = await known(born, "owner");
    const stranger = await known(born, "stranger");
    expect(await asks(owner)).toMatchObject({ refusals: [{ code: "conflict" }] });
    const rotation = await seed(world, "rotate", born);
    await runDue(rotation);
    expect(await asks(stranger)).toMatchObject({ refusals: [{ code: "forbidden" }] });
    expect(await runDue(rotation)).toBe(true);
    expect(await stateOf(rotation)).toBe("running");
    expect(await asks(owner)).toMatchObject({ ok: { result: "taken" } });
    expect(await runDue(rotation)).toBe(true);
    expect(await stateOf(rotation)).toBe("done");
    expect((await credentials(born)).map(({ state }) => state)).toEqual(["removed", "active"]);
  });

  it("is suspended and resumed in its overlap with both credentials, and retired with both", async () => {
    for (const world of rotating) {
      const born = await live(world);
      const rotation = await seed(world, "rotate", born);
      await runDue(rotation);
      const suspension = await seed(world, "suspend", born);
      await runDue(suspension);
      expect(await stateOf(suspension)).toBe("done");
      expect(await consumes(rotation)).toBe(false);
      expect((await credentials(born)).map(({ state }) => state)).toEqual(["disabled", "disabled"]);
      const resumption = await seed(world, "resume", born);
      await runDue(resumption);
      expect(await stateOf(resumption)).toBe("done");
      expect(await consumes(rotation)).toBe(true);
      await clearQueue(database.admin);
      const retirement = await seed(world, "retire", born);
      await runDue(retirement);
      expect(await stateOf(retirement)).toBe("done");
      expect(await world.look(born.seeded.plan.name, born.storage)).toMatchObject({
        ...{ objects: 0, credentials: 0, slot: false },
      });
    }
  });
});
