import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flowOf } from "#lib/connectors/flow.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import type { Plan, StorageSlot } from "#lib/domain/plan.ts";
import { createSaga } from "#lib/worker/saga.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { type CrashWorld, startWorlds, type Worlds } from "./crash/worlds.ts";
import { connected, times } from "./saga-places.ts";
import { held, passTime, type SeededIntent, seedGate, seedIntent } from "./saga-world.ts";

let database: TestDatabase;
let worlds: Worlds;
beforeAll(async () => {
  database = await testDatabase();
  worlds = await startWorlds(["aws-iam", "postgresql"]);
  for (const target of [...worlds.all.map(({ name }) => name), "vault-main"])
    await seedGate(database.admin, { target });
});
afterAll(async () => {
  await Promise.all([database.close(), worlds.stop()]);
});

interface Subject {
  readonly seeded: SeededIntent;
  readonly storage: StorageSlot | null;
}

async function seed(world: CrashWorld, kind: RequestKind, born?: Subject): Promise<Subject> {
  const name = born?.seeded.plan.name ?? `charter-dev-crash-${randomBytes(5).toString("hex")}`;
  const own = world.stores ? { vault: "vault-main", mount: "kv", path: `crash/${name}` } : null;
  const storage = born === undefined ? own : born.storage;
  const objects = world.planned({ kind, name, storage, held: await held(database.admin, born?.seeded) });
  const shape = { kind, target: world.name, connector: world.kind, name, objects, storage, change: { holdDays: 0 } };
  const of = born === undefined ? {} : { of: born.seeded };
  const flow = flowOf(shape as unknown as Plan);
  return { storage, seeded: await seedIntent(database.admin, { ...shape, flow, charter: world.charter, ...of }) };
}

async function drive({ seeded }: Subject): Promise<string> {
  const targets = Object.fromEntries(worlds.all.map((world) => [world.name, { kind: world.kind, ...world.target }]));
  const vault = { address: worlds.vault.url, credentials: worlds.vaultCredentials };
  const places = connected({ targets, vault });
  const saga = createSaga({
    db: database.worker,
    worker: randomUUID(),
    newId: randomUUID,
    times,
    random: () => 0,
    ...places,
  });
  for (let turn = 0; turn < 60; turn += 1) {
    if (await saga.runOne()) continue;
    const [row] = await database.admin`select state from charter.intents where id = ${seeded.intent}`;
    if (row?.state === "done" || row?.state === "failed") return row.state;
    await passTime(database.admin);
  }
  return "stuck";
}

const steps = ({ seeded }: Subject) =>
  database.admin`select name, kind, lane, state, evidence from charter.steps where intent = ${seeded.intent} order by ordinal`;
const slots = () => Object.values(worlds.vault.world().mounts).flatMap((paths) => Object.keys(paths));
const stored = () => worlds.all.filter(({ stores }) => stores);

describe("a retirement", () => {
  it("ends, after the hold, with a step of its own that leaves the vault with nothing", async () => {
    for (const world of stored()) {
      const born = await seed(world, "provision");
      expect(await drive(born)).toBe("done");
      expect(slots()).toEqual([born.storage?.path]);
      const retirement = await seed(world, "retire", born);
      expect(await drive(retirement)).toBe("done");
      expect((await steps(retirement)).at(-1)).toEqual({
        ...{ name: "forget-secret", kind: "remove", lane: 0, state: "done" },
        evidence: `kv/${born.storage?.path} holds nothing in vault-main any more.`,
      });
      expect(slots()).toEqual([]);
    }
  });

  it("finds the slot gone already and ends all the same", async () => {
    const [world = expect.fail("no world stores")] = stored();
    const born = await seed(world, "provision");
    await drive(born);
    const retirement = await seed(world, "retire", born);
    for (const paths of Object.values(worlds.vault.world().mounts)) delete paths[born.storage?.path ?? ""];
    expect(await drive(retirement)).toBe("done");
  });

  it("of an identity without a secret asks no vault", async () => {
    const world = worlds.all.find(({ stores }) => !stores) ?? expect.fail("every world stores");
    const born = await seed(world, "provision");
    await drive(born);
    const before = worlds.vault.calls().length;
    const retirement = await seed(world, "retire", born);
    expect(await drive(retirement)).toBe("done");
    expect((await steps(retirement)).map(({ name }) => name)).not.toContain("forget-secret");
    expect(worlds.vault.calls()).toHaveLength(before);
  });
});

describe("a provisioning that is taken back", () => {
  it("leaves neither an object, nor a key, nor a slot", async () => {
    for (const world of stored()) {
      const subject = await seed(world, "provision");
      const [last] = (await steps(subject)).filter(({ kind }) => kind === "empower");
      // The step that would give power does not exist at this target: it cannot be done, and everything is taken back.
      await database.admin.begin(async (sql) => {
        await sql`set local session_replication_role = replica`;
        await sql`update charter.steps set name = 'no-such-step' where intent = ${subject.seeded.intent} and name = ${last?.name as string}`;
      });
      expect(await drive(subject)).toBe("failed");
      expect((await steps(subject)).find(({ name }) => name === "issue")).toMatchObject({ state: "undone" });
      expect(await world.look(subject.seeded.plan.name, subject.storage)).toMatchObject({
        ...{ objects: 0, credentials: 0, slot: false },
      });
      expect(slots()).toEqual([]);
    }
  });
});
