import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Intent, Target } from "#lib/connectors/connector.ts";
import { postgresql } from "#lib/connectors/postgresql/index.ts";
import { type PostgresqlSimulator, start } from "#lib/connectors/postgresql/simulator.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { Secret } from "#lib/domain/secret.ts";
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
  workOf,
} from "./postgresql.world.ts";

const lost: Readonly<Record<string, Effect>> = {
  before: { kind: "reset", when: "before" },
  after: { kind: "reset", when: "after" },
  late: { kind: "late", ms: 150 },
};

describe("a cluster whose answers get lost", () => {
  let world: PostgresqlSimulator;
  let target: Target;
  const calls = freeCalls(3_000);
  beforeAll(async () => {
    world = await simulatedWorld();
    target = connected(world.port);
  });
  afterEach(() => world.clearFaults());
  afterAll(() => world.stop());

  /** Runs a flow; a fault ends the step as a crash would, and the step runs again from what was committed. */
  async function runThrough(intent: Intent, kept: Kept, vault: FakeVault): Promise<readonly string[]> {
    const faults: string[] = [];
    for (const { name } of postgresql.flow(intent.kind, intent.plan)) {
      for (let tries = 0; ; tries++) {
        try {
          await runStep(target, name, intent, kept, vault, calls);
          break;
        } catch (error) {
          if (!(error instanceof TargetFault) || tries === 5) throw error;
          expect(["ambiguous", "unavailable"]).toContain(error.kind);
          faults.push(error.kind);
        }
      }
    }
    return faults;
  }

  const statements = async (run: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = world.calls().length;
    await run();
    return world
      .calls()
      .slice(before)
      .map(({ operation }) => operation);
  };
  /** Each statement of a faultless run, with how many of its name came before it. */
  const places = (list: readonly string[], wanted: (operation: string) => boolean) =>
    list.flatMap((operation, at) =>
      wanted(operation) ? [{ operation, skip: list.slice(0, at).filter((one) => one === operation).length }] : [],
    );
  const changes = (operation: string) => /^(CREATE|ALTER|COMMENT|GRANT|REVOKE|DROP)/.test(operation);

  async function begun(kind: RequestKind): Promise<{ intent: Intent; kept: Kept; vault: FakeVault }> {
    const [born, kept, vault] = [intentOf("provision"), { facts: {} } as Kept, new FakeVault()];
    if (kind === "provision") return { intent: born, kept, vault };
    await runFlow(target, born, kept, vault, calls);
    return { intent: intentOf(kind, { born }), kept, vault };
  }

  it("provisions exactly one identity, its stored password the one that works, whichever COMMIT is lost", async () => {
    const clean = await begun("provision");
    const list = await statements(() => runThrough(clean.intent, clean.kept, clean.vault));
    const commits = places(list, (operation) => operation === "COMMIT");
    expect(commits.length).toBeGreaterThanOrEqual(4);
    const kinds: string[] = [];
    for (const { operation, skip } of commits) {
      for (const effect of Object.values(lost)) {
        const { intent, kept, vault } = await begun("provision");
        world.fault({ operation, skip, effect });
        kinds.push(...(await runThrough(intent, kept, vault)));
        world.clearFaults();
        expect(await signIn(world.port, vault.current)).toEqual({ who: intent.name });
        expect(await target.observe(intent, calls)).toMatchObject({ enabled: true, differences: [] });
      }
    }
    expect(kinds.filter((kind) => kind === "ambiguous").length).toBeGreaterThanOrEqual(commits.length);
  });

  it("rolls back and provisions anew when the connection is lost at any other statement", async () => {
    const clean = await begun("provision");
    const list = await statements(() => runThrough(clean.intent, clean.kept, clean.vault));
    for (const { operation, skip } of places(list, changes)) {
      const { intent, kept, vault } = await begun("provision");
      world.fault({ operation, skip, effect: { kind: "reset", when: "after" } });
      expect(await runThrough(intent, kept, vault), `${operation} ${skip}`).toEqual(["unavailable"]);
      expect(await signIn(world.port, vault.current)).toEqual({ who: intent.name });
    }
  });

  it("retires without a trace, whichever COMMIT is lost", async () => {
    const clean = await begun("retire");
    const list = await statements(() => runThrough(clean.intent, clean.kept, clean.vault));
    for (const { operation, skip } of places(list, (one) => one === "COMMIT")) {
      for (const effect of Object.values(lost)) {
        const { intent, kept, vault } = await begun("retire");
        world.fault({ operation, skip, effect });
        await runThrough(intent, kept, vault);
        world.clearFaults();
        expect(await target.observe(intent, calls)).toEqual({ state: "absent" });
      }
    }
  });

  it("reads the attempt only once a commit that is still on its way has ended", async () => {
    const { intent, kept, vault } = await begun("provision");
    for (const step of ["create-roles", "grant"]) await runStep(target, step, intent, kept, vault, calls);
    const credential = target.credential;
    if (credential?.protocol !== "client-chosen") throw new Error("no credential");
    const work = workOf(intent, kept, calls);
    world.fault({ operation: "COMMIT", effect: { kind: "late", ms: 400 } });
    const set = credential.set(work, { attempt: 1, turn: 0 }, new Secret({ password: "late" }));
    await expect(set).rejects.toMatchObject({ kind: "ambiguous" });
    expect(await credential.read(work, 0)).toEqual({ attempt: 1 });
  });

  it("gives up in time on a server that hangs, and says whether it may have happened", async () => {
    const { intent, kept, vault } = await begun("provision");
    const short = freeCalls(400);
    world.fault({ operation: "COMMIT", effect: { kind: "hang", when: "before" } });
    await expect(runStep(target, "create-roles", intent, kept, vault, short)).rejects.toMatchObject({
      kind: "ambiguous",
    });
    world.clearFaults();
    world.fault({ operation: "CREATE ROLE", effect: { kind: "hang", when: "before" } });
    const other = await begun("provision");
    await expect(runStep(target, "create-roles", other.intent, other.kept, other.vault, short)).rejects.toMatchObject({
      kind: "unavailable",
    });
  });

  it.each([
    ["denied", { kind: "denied" }, "denied 42501"],
    ["out of connections", { kind: "throttle" }, "throttled 53300"],
    ["out of disk", { kind: "quota" }, "quota 53100"],
    ["starting up", { kind: "unavailable" }, "unavailable 57P03"],
  ] as const)("classifies a server that is %s", async (_, effect, expected) => {
    const { intent, kept, vault } = await begun("provision");
    world.fault({ operation: "CREATE ROLE", effect });
    const error = await runStep(target, "create-roles", intent, kept, vault, calls).catch((thrown: unknown) => thrown);
    expect(error instanceof TargetFault && `${error.kind} ${error.code}`).toBe(expected);
  });

  it("stops before COMMIT when the lease is gone, with the guard's own error", async () => {
    const { intent, kept, vault } = await begun("provision");
    const gone = new Error("lease gone");
    let sends = 0;
    const guarded = {
      make: <T>(_: string, call: (context: Parameters<Parameters<typeof calls.make>[1]>[0]) => Promise<T>) =>
        call({
          signal: AbortSignal.timeout(3_000),
          timeoutMs: 3_000,
          aboutToSend: () => {
            sends += 1;
            if (sends === 2) throw gone;
          },
        }),
    };
    await expect(runStep(target, "create-roles", intent, kept, vault, guarded)).rejects.toBe(gone);
    expect(await target.observe(intent, calls)).toEqual({ state: "absent" });
  });
});

describe("the simulator", () => {
  it("takes faults and shows its world over HTTP on the same port", async () => {
    const world = await simulatedWorld();
    try {
      const posted = await fetch(`${world.url}/_simulator/faults`, {
        method: "POST",
        body: JSON.stringify({ operation: "CREATE ROLE", effect: { kind: "denied" } }),
      });
      expect(posted.status).toBe(200);
      const run = runStep(connected(world.port), "create-roles", intentOf("provision"), { facts: {} }, new FakeVault());
      await expect(run).rejects.toMatchObject({ kind: "denied" });
      const shown = (await (await fetch(`${world.url}/_simulator/world`)).json()) as { name: string }[];
      expect(shown.map(({ name }) => name)).toEqual(["charter_admin", "orders_owner", "postgres"]);
      const bad = await fetch(`${world.url}/_simulator/faults`, { method: "POST", body: '{"effect":{"kind":"none"}}' });
      expect(bad.status).toBe(400);
    } finally {
      await world.stop();
    }
  });

  it("keeps its cluster in a folder, whose log of every statement holds a verifier and no password", async () => {
    const folder = mkdtempSync(join(tmpdir(), "charter-pg-log-"));
    const first = await start({ port: 0, folder });
    try {
      await asked(first.direct(), "ALTER SYSTEM SET log_statement = 'all'");
      await asked(first.direct(), "SELECT pg_reload_conf()");
      const [intent, kept, vault] = [intentOf("provision"), { facts: {} } as Kept, new FakeVault()];
      await runFlow(connected(first.port), intent, kept, vault);
      const log = readFileSync(join(folder, "postgres.log"), "utf8");
      expect(log).toContain("SCRAM-SHA-256$4096:");
      expect(log).not.toContain(vault.current.password);
      await first.stop();
      const second = await start({ port: 0, folder });
      expect(await signIn(second.port, vault.current)).toEqual({ who: intent.name });
      await second.stop();
    } finally {
      await first.stop().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
