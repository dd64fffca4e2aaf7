import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openScenario, type Scenario } from "../facts/scenario.ts";
import { paths } from "./http-entries.ts";
import { type Portal, sightOf, startPortal, webSettings } from "./http-portal.ts";
import type { Belongings } from "./http-world.ts";
import { unguarded } from "./http-world.ts";

let scenario: Scenario;
let whole: Readonly<Record<string, string>>;
beforeAll(async () => {
  scenario = await openScenario();
  whole = { ...webSettings, CHARTER_WEB_DATABASE_URL: scenario.database.webUrl };
});
afterAll(() => scenario?.database.close());

async function started<T>(
  variables: Readonly<Record<string, string>>,
  look: (portal: Portal) => Promise<T>,
): Promise<T> {
  const portal = await startPortal(variables);
  try {
    return await look(portal);
  } finally {
    await portal.stop();
  }
}

const healthOf = async (portal: Portal) => {
  const { status, text } = await portal.send({ path: "/api/health" });
  const { reasons } = JSON.parse(text) as { reasons: { name: string; sentence: string }[] };
  return { status, names: reasons.map(({ name }) => name), said: reasons.map(({ sentence }) => sentence).join(" ") };
};
const beat = () => scenario.database.admin`update charter.workers set heartbeat_at = clock_timestamp()`;
const nothing = { seen: { request: "x" }, draft: { id: "x" }, identity: "x" } as unknown as Belongings;
const addresses = () => Object.values(paths).flatMap((pathOf) => pathOf(nothing) ?? []);

test("with everything in place health answers 200", async () => {
  await beat();
  await started(whole, async (portal) => expect(await healthOf(portal)).toMatchObject({ status: 200, names: [] }));
});

describe("a setting that is missing or wrong", () => {
  const wrong: Readonly<Record<string, string>> = {
    CHARTER_WEB_DATABASE_URL: "mysql://charter_web:canary-of-a-value@127.0.0.1/x",
    CHARTER_PUBLIC_URL: "charter.example/canary-of-a-value",
    AUTH_SECRET: "canary-of-a-value",
    AUTH_ISSUER: "file:///canary-of-a-value",
    AUTH_CLIENT_ID: "",
    AUTH_CLIENT_SECRET: "",
  };
  test.each(Object.keys(wrong))(
    "%s: nothing is served but health, which names it and repeats no value",
    async (name) => {
      const { [name]: _, ...missing } = whole;
      for (const variables of [missing, { ...whole, [name]: wrong[name] ?? "" }]) {
        await started(variables, async (portal) => {
          const health = await healthOf(portal);
          expect(health).toMatchObject({ status: 503, names: ["settings"] });
          expect(health.said).toContain(name);
          for (const path of addresses()) {
            const { status, text } = await portal.send({ path });
            expect([path, status]).toEqual([path, 503]);
            expect(text + portal.log() + portal.opening).not.toContain("canary-of-a-value");
          }
        });
      }
    },
  );

  test("the demo at an address that is not localhost", async () => {
    await started({ ...whole, CHARTER_DEMO: "1" }, async (portal) => {
      expect((await healthOf(portal)).said).toMatch(/localhost/);
      expect((await portal.send({ path: "/sign-in" })).status).toBe(503);
    });
  });
});

test.each(["CHARTER_WORKER_DATABASE_URL", "CHARTER_CONFIG", "AWS_ACCESS_KEY_ID", "VAULT_TOKEN"])(
  "with the worker's %s in sight the process ends, and says which",
  async (name) => {
    await started({ ...whole, [name]: "canary-of-a-value" }, async (portal) => {
      expect(portal.code()).toBe(78);
      expect(portal.opening).toContain(name);
      expect(portal.opening).not.toContain("canary-of-a-value");
    });
  },
);

describe("the database", () => {
  const named = async (variables: Readonly<Record<string, string>>, name: string, sentence = "") =>
    started(variables, async (portal) => {
      const health = await healthOf(portal);
      expect(health).toMatchObject({ status: 503, names: [name] });
      expect(health.said).toContain(sentence);
      for (const path of addresses().filter((one) => one !== "/api/health")) {
        const received = await portal.send({ path });
        expect(sightOf(received)).not.toBe(path === "/sign-in" || path === "/api/auth/session" ? "" : "shown");
        expect(received.text).not.toMatch(/postgres|charter_worker|ECONNREFUSED/);
      }
    });

  test.each(["workerUrl", "auditorUrl", "migrateUrl", "adminUrl"] as const)(
    "by another role's address (%s)",
    async (url) => {
      await beat();
      await named({ ...whole, CHARTER_WEB_DATABASE_URL: scenario.database[url] }, "role");
    },
  );
  test("that does not answer", () =>
    named({ ...whole, CHARTER_WEB_DATABASE_URL: "postgres://charter_web:web@127.0.0.1:9/none" }, "database"));

  test("with migrations behind", async () => {
    await beat();
    const [last] = await scenario.database.admin`
      delete from charter.migrations where id = (select max(id) from charter.migrations) returning *`;
    await named(whole, "migrations");
    await scenario.database.admin`insert into charter.migrations ${scenario.database.admin(last ?? {})}`;
  });

  test("without a worker that has reported in 15 s, one with another file, in trouble or halted, and without an active bundle", async () => {
    await scenario.database.admin`update charter.workers set heartbeat_at = clock_timestamp() - interval '16 seconds'`;
    await named(whole, "worker");
    await beat();
    const { admin } = scenario.database;
    await admin`
      insert into charter.workers (id, config_digest, public, started_at, heartbeat_at)
      select gen_random_uuid(), 'another file', public, started_at, clock_timestamp() from charter.workers limit 1`;
    await named(whole, "configuration");
    await admin`delete from charter.workers where config_digest = 'another file'`;
    for (const [field, value, name] of [
      ["problems", ["Nobody of policy.activatedBy is known."], "configuration"],
      ["halted", "The audit log is shorter than its anchor.", "audit"],
    ] as const) {
      await beat();
      await admin`update charter.workers set public = public || ${admin.json({ [field]: value })}`;
      await named(whole, name, String(value));
      await admin`update charter.workers set public = public || ${admin.json({ problems: [], halted: null })}`;
    }
    await beat();
    await unguarded(scenario.database.admin, (tx) => tx`delete from charter.bundles`);
    await named(whole, "policy");
  });
});
