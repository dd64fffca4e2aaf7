import postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Intent, Target } from "#lib/connectors/connector.ts";
import { postgresql } from "#lib/connectors/postgresql/index.ts";
import type { PostgresqlSimulator } from "#lib/connectors/postgresql/simulator.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { factsAtFirst } from "#lib/domain/provisioning/rotation.ts";
import type { Secret } from "#lib/domain/secret.ts";
import type { Effect } from "#lib/simulation/faults.ts";
import {
  asked,
  connected,
  FakeVault,
  freeCalls,
  intentOf,
  type Kept,
  runFlow,
  runStep,
  signIn,
  simulatedWorld,
} from "./postgresql.world.ts";

/** Dies before it stores, as a worker may. */
class DyingVault extends FakeVault {
  dies = false;
  override put(secret: Secret, cas: number): number {
    if (this.dies) throw new TargetFault("ambiguous", "no-answer", "The worker died here.");
    return super.put(secret, cas);
  }
}

interface Living {
  readonly born: Intent;
  readonly kept: Kept;
  readonly vault: DyingVault;
  held: readonly string[];
}

describe("a rotated PostgreSQL login", () => {
  let world: PostgresqlSimulator;
  let target: Target;
  const calls = freeCalls(3_000);
  beforeAll(async () => {
    world = await simulatedWorld();
    target = connected(world.port);
  });
  afterEach(() => world.clearFaults());
  afterAll(() => world.stop());

  async function living(): Promise<Living> {
    const [born, kept, vault] = [intentOf("provision"), { facts: {} } as Kept, new DyingVault()];
    await runFlow(target, born, kept, vault, calls);
    return { born, kept, vault, held: [`${born.name}_1`] };
  }
  function asks(kind: RequestKind, { born, kept, held }: Living): Intent {
    const intent = intentOf(kind, { born, held });
    kept.facts = { ...kept.facts, ...factsAtFirst(intent.plan) };
    return intent;
  }
  const step = (name: string, intent: Intent, { kept, vault }: Living) =>
    runStep(target, name, intent, kept, vault, calls);
  const flow = (intent: Intent, { kept, vault }: Living) => runFlow(target, intent, kept, vault, calls);
  const logins = async ({ born }: Living) =>
    (await world.world())
      .filter(({ name }) => name.startsWith(`${born.name}_`))
      .map(({ name }) => name.slice(born.name.length + 1));
  const open = async ({ born }: Living) =>
    (await world.world())
      .filter(({ name, canLogin }) => canLogin && name.startsWith(`${born.name}_`))
      .map(({ name }) => name.slice(born.name.length + 1));
  const consumes = ({ vault }: Living) => signIn(world.port, vault.current);

  it("is the next number each time, beside the older one until that has ended", async () => {
    const one = await living();
    for (const number of [2, 3]) {
      const rotation = asks("rotate", one);
      await step("issue", rotation, one);
      expect(await open(one)).toEqual([String(number - 1), String(number)]);
      expect(one.vault.current.username).toBe(`${one.born.name}_${number}`);
      expect(await consumes(one)).toEqual({ who: one.born.name });
      await step("disable-old-login", rotation, one);
      expect(await open(one)).toEqual([String(number)]);
      await step("drop-old-login", rotation, one);
      expect(await logins(one)).toEqual([String(number)]);
      expect(await consumes(one)).toEqual({ who: one.born.name });
      one.held = [`${one.born.name}_${number}`];
      expect(await target.observe(one.born, calls)).toMatchObject({ enabled: true, differences: [] });
    }
    await flow(asks("retire", one), one);
    expect(await logins(one)).toEqual([]);
  });

  it("ends the older login's sessions with it, and none of its own", async () => {
    const one = await living();
    const session = (fields: Record<string, string>) =>
      postgres({
        ...{ host: "127.0.0.1", port: Number(new URL(world.direct()).port), max: 1, onnotice: () => undefined },
        ...{ username: fields.username ?? "", password: fields.password ?? "", database: "orders" },
      });
    const old = session(one.vault.current);
    await old`select 1`;
    const rotation = asks("rotate", one);
    await step("issue", rotation, one);
    const fresh = session(one.vault.current);
    await fresh`select 1`;
    await step("disable-old-login", rotation, one);
    const left = await asked<{ usename: string }>(
      world.direct(),
      `select usename::text from pg_stat_activity where usename like '${one.born.name}%'`,
    );
    expect(left).toEqual([{ usename: `${one.born.name}_2` }]);
    await Promise.all([old.end({ timeout: 0 }), fresh.end({ timeout: 0 })]);
  });

  it("never leaves the vault with a password that fails, whichever COMMIT is lost", async () => {
    const one = await living();
    const before = world.calls().length;
    await flow(asks("rotate", one), one);
    let number = 2;
    const commits = world
      .calls()
      .slice(before)
      .filter(({ operation }) => operation === "COMMIT").length;
    expect(commits).toBeGreaterThanOrEqual(6);
    const lost: readonly Effect[] = [
      { kind: "reset", when: "before" },
      { kind: "reset", when: "after" },
      { kind: "late", ms: 150 },
    ];
    for (let skip = 0; skip < commits; skip += 1)
      for (const effect of lost) {
        one.held = [`${one.born.name}_${number}`];
        const rotation = asks("rotate", one);
        world.fault({ operation: "COMMIT", skip, effect });
        for (const { name } of postgresql.flow("rotate", rotation.plan)) {
          for (let tries = 0; ; tries += 1) {
            const error = await step(name, rotation, one).catch((thrown: unknown) => thrown);
            expect(await consumes(one), `${name}, COMMIT ${skip}`).toEqual({ who: one.born.name });
            if (error === undefined) break;
            if (!(error instanceof TargetFault) || tries === 5) throw error;
          }
        }
        world.clearFaults();
        number += 1;
        expect(await logins(one)).toEqual([String(number)]);
      }
  }, 300_000);

  it("is given another login once its password may lie in the vault, and the one left behind is dropped", async () => {
    const one = await living();
    const rotation = asks("rotate", one);
    one.vault.dies = true;
    await expect(step("issue", rotation, one)).rejects.toThrow("died");
    expect(await open(one)).toEqual(["1", "2"]);
    one.vault.dies = false;
    await step("issue", rotation, one);
    expect(one.vault.current.username).toBe(`${one.born.name}_3`);
    expect(await open(one)).toEqual(["1", "3"]);
    await step("disable-old-login", rotation, one);
    await step("drop-old-login", rotation, one);
    expect(await logins(one)).toEqual(["3"]);
    expect(await consumes(one)).toEqual({ who: one.born.name });
  });

  it("that was given up for a suspension is not opened again, and the next rotation passes it by", async () => {
    const one = await living();
    one.vault.dies = true;
    const before = { ...one.kept.facts };
    await expect(step("issue", asks("rotate", one), one)).rejects.toThrow("died");
    one.vault.dies = false;
    one.kept.facts = before;
    await flow(asks("suspend", one), one);
    expect(await open(one)).toEqual([]);
    await flow(asks("resume", one), one);
    expect(await open(one)).toEqual(["1"]);
    const rotation = asks("rotate", one);
    await step("issue", rotation, one);
    expect(one.vault.current.username).toBe(`${one.born.name}_3`);
    expect(await logins(one)).toEqual(["1", "3"]);
    expect(await consumes(one)).toEqual({ who: one.born.name });
  });

  it("is not made for an identity that was closed meanwhile", async () => {
    const one = await living();
    const rotation = asks("rotate", one);
    await step("close", asks("suspend", { ...one, kept: { facts: {} } }), one);
    await expect(step("issue", rotation, one)).rejects.toMatchObject({ kind: "conflict", code: "closed" });
    expect(await open(one)).toEqual([]);
    expect(one.vault.versions).toHaveLength(1);
  });

  it("stops at somebody else's login of its name, and leaves it alone", async () => {
    const one = await living();
    const name = `${one.born.name}_2`;
    await asked(world.direct(), `CREATE ROLE "${name}" LOGIN PASSWORD 'theirs'`);
    await expect(step("issue", asks("rotate", one), one)).rejects.toThrow(/not-ours|no mark|not carry/);
    const theirs = { username: name, password: "theirs", database: "postgres" };
    expect(await signIn(world.port, theirs)).toEqual({ who: name });
    expect(await consumes(one)).toEqual({ who: one.born.name });
    await asked(world.direct(), `DROP ROLE "${name}"`);
  });

  it("ends no older login while nothing has taken its place", async () => {
    const one = await living();
    const rotation = asks("rotate", one);
    await step("issue", rotation, one);
    await asked(world.direct(), `DROP ROLE "${one.born.name}_2"`);
    await expect(step("disable-old-login", rotation, one)).rejects.toMatchObject({ code: "no-successor" });
    expect(await open(one)).toEqual(["1"]);
  });

  it("that was replaced and is opened again by hand is drift", async () => {
    const one = await living();
    const rotation = asks("rotate", one);
    await step("issue", rotation, one);
    await step("disable-old-login", rotation, one);
    await asked(world.direct(), `ALTER ROLE "${one.born.name}_1" LOGIN`);
    const seen = await target.observe(one.born, calls);
    expect(seen).toMatchObject({ differences: [`${one.born.name}_1 was closed and can sign in again`] });
  });

  it("tells of each login's use by itself", async () => {
    const one = await living();
    await step("issue", asks("rotate", one), one);
    const asked = ["_1", "_2"].map((end) => ({
      ...{ identity: one.born.identity, name: one.born.name, kind: "credential" as const, since: new Date(0) },
      externalId: `${one.born.name}${end}`,
    }));
    const sql = postgres({
      ...{ host: "127.0.0.1", port: Number(new URL(world.direct()).port), max: 1, onnotice: () => undefined },
      ...{ username: one.vault.current.username, password: one.vault.current.password, database: "orders" },
    });
    await sql`select 1`;
    const told = (await target.lastUse?.tell(asked, calls)) ?? [];
    expect(told.map(({ signal }) => signal?.lastUsedAt != null)).toEqual([false, true]);
    await sql.end();
  });
});
