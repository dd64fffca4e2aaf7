import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "#db/client.ts";
import { readSystemIdentifier } from "#db/store/configuration.ts";
import { openCalls } from "#lib/connectors/contract-life.ts";
import { simulatedCredentials, simulatedSettings, start } from "#lib/connectors/postgresql/simulator.ts";
import { configSchema } from "#lib/worker/config.ts";
import { connectTarget } from "#lib/worker/targets.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

let database: TestDatabase;
let simulator: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  database = await testDatabase();
  simulator = await start({ port: 0 });
});
afterAll(async () => {
  await Promise.all([database.close(), simulator.stop()]);
});

const targetEntry = (gate: object = {}) =>
  configSchema.shape.targets.element.parse({
    ...{ name: "orders-prod", kind: "postgresql", title: "Orders", environments: ["prod"], gate },
    settings: { ...simulatedSettings, host: "127.0.0.1", port: simulator.port },
    credentials: { password: "env:ORDERS_PASSWORD" },
  });

async function ownCluster(portalSystemIdentifier: string) {
  process.env.ORDERS_PASSWORD = simulatedCredentials.password;
  const target = await connectTarget(targetEntry(), { installation: "test", markKeys: [], portalSystemIdentifier });
  const checks = await target.check(openCalls());
  await target.close();
  return checks.find(({ name }) => name === "not the portal's cluster");
}

describe("a database target", () => {
  it("is refused where the portal's own database lies, and only there", async () => {
    const own = await readSystemIdentifier(database.worker);
    const [known] = await database.admin`select system_identifier::text as own from pg_control_system()`;
    expect(own).toBe(known?.own);
    expect(await ownCluster(own)).toMatchObject({ ok: true });
    const there = openDatabase(simulator.direct(), { applicationName: "test", max: 1 });
    const its = await readSystemIdentifier(there.db);
    await there.close();
    expect(its).not.toBe(own);
    expect(await ownCluster(its)).toMatchObject({ ok: false });
  });
});

describe("a gate", () => {
  it("that is left out lets one provisioning of twenty calls pass without a wait", async () => {
    const { gate } = targetEntry();
    expect(gate).toEqual({ maxRunning: 4, rate: 20, burst: 60, reserve: 6 });
    expect(gate.burst - gate.reserve).toBeGreaterThan(2 * 20);
  });
  it("whose burst its reserve eats is refused, one call above it is not", () => {
    expect(() => targetEntry({ burst: 6, reserve: 6 })).toThrow("one more than the reserve");
    expect(targetEntry({ burst: 7, reserve: 6 }).gate.burst).toBe(7);
  });
});
