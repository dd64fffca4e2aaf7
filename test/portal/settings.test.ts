import { describe, expect, test } from "vitest";
import { bounded } from "#lib/web/bounded.ts";
import { readSettings, workerVariables } from "#lib/web/settings.ts";

const whole = {
  CHARTER_WEB_DATABASE_URL: "postgres://charter_web:x@db.example/charter",
  CHARTER_PUBLIC_URL: "https://charter.example",
  AUTH_SECRET: "s".repeat(32),
  AUTH_ISSUER: "https://id.example",
  AUTH_CLIENT_ID: "charter",
  AUTH_CLIENT_SECRET: "secret",
};

describe("what the web is started with", () => {
  test("all of it is enough", () => expect(readSettings(whole)).toHaveProperty("ok"));

  test.each(Object.keys(whole))("without %s it is not fit to serve, and says so by name", (name) => {
    const read = readSettings({ ...whole, [name]: undefined });
    expect(read).toEqual({ problems: [`${name} is missing or not valid.`] });
  });

  test.each([
    "CHARTER_WORKER_DATABASE_URL",
    "CHARTER_MIGRATE_DATABASE_URL",
    "CHARTER_CONFIG",
    "AWS_ACCESS_KEY_ID",
    "VAULT_TOKEN",
    "BAO_ADDR",
    "AZURE_CLIENT_ID",
    "GOOGLE_APPLICATION_CREDENTIALS",
  ])("with %s in sight it is not fit to serve, and never repeats its value", (name) => {
    const environment = { ...whole, [name]: "canary-value" };
    expect(workerVariables(environment)).toEqual([name]);
    expect(JSON.stringify(readSettings(environment))).not.toContain("canary-value");
    expect(readSettings(environment)).toHaveProperty("problems");
  });

  test.each([
    [
      "CHARTER_WEB_DATABASE_URL",
      "mysql://db.example/charter",
      "xpostgres://db.example/c",
      "postgresqlx://db.example/c",
    ],
    [
      "CHARTER_PUBLIC_URL",
      "charter.example",
      "ftp://charter.example",
      "xhttps://charter.example",
      "httpsx://charter.example",
    ],
    ["AUTH_SECRET", "s".repeat(31)],
    ["AUTH_ISSUER", "id.example", "ftp://id.example", "xhttps://id.example", "httpsx://id.example"],
    ["CHARTER_REQUESTS_AT_ONCE", "0", "many", "1.5"],
    ["CHARTER_CALLS_A_MINUTE", "0", "many", "1.5"],
    ["CHARTER_DEMO", "yes", ""],
  ])("%s that is wrong is named, and nothing else", (name, ...wrong) => {
    for (const value of wrong)
      expect(readSettings({ ...whole, [name]: value })).toEqual({ problems: [`${name} is missing or not valid.`] });
  });

  test("each at its border is taken as it is", () => {
    const borders = {
      ...{ CHARTER_WEB_DATABASE_URL: "postgresql://db.example/charter", CHARTER_PUBLIC_URL: "http://charter.example" },
      ...{ AUTH_ISSUER: "http://id.example", AUTH_SECRET: "s".repeat(33) },
      ...{ CHARTER_REQUESTS_AT_ONCE: "1", CHARTER_CALLS_A_MINUTE: "2" },
    };
    expect(readSettings({ ...whole, ...borders })).toMatchObject({
      ok: { authSecret: "s".repeat(33), demo: false, limits: { requestsAtOnce: 1, callsAMinute: 2 } },
    });
  });

  test("what only looks like the worker's is not its", () => {
    expect(workerVariables({ MY_AWS_REGION: "x", CHARTER_CONFIGURED: "x", NO_VAULT_: "x" })).toEqual([]);
  });

  test("the demo serves localhost alone", () => {
    expect(readSettings({ ...whole, CHARTER_DEMO: "1" })).toHaveProperty("problems");
    expect(readSettings({ ...whole, CHARTER_DEMO: "1", CHARTER_PUBLIC_URL: "http://localhost:3000" })).toHaveProperty(
      "ok",
    );
  });
});

describe("the launcher's desk", () => {
  const address = "http://127.0.0.1:4000/a-secret";
  const local = { ...whole, CHARTER_PUBLIC_URL: "http://localhost:3000", CHARTER_DEMO_DESK: address };
  const deskOf = (environment: Readonly<Record<string, string>>) => {
    const read = readSettings(environment);
    return "ok" in read ? read.ok.demoDesk : read.problems;
  };
  test("is known in the demo alone", () => {
    expect(deskOf(local)).toBeNull();
    expect(deskOf({ ...whole, CHARTER_DEMO_DESK: address })).toBeNull();
    expect(deskOf({ ...local, CHARTER_DEMO: "1" })).toBe(address);
  });
  test.each([
    "http://desk.example/a",
    "http://localhost.example/a",
    "http://a.localhost/a",
    "https://localhost/a",
    "xhttp://localhost/a",
    "localhost",
  ])("is on this machine or nowhere: not %s", (elsewhere) => {
    expect(deskOf({ ...local, CHARTER_DEMO: "1", CHARTER_DEMO_DESK: elsewhere })).toEqual([
      "CHARTER_DEMO_DESK is missing or not valid.",
    ]);
  });
});

describe("what comes from outside is bounded before it is parsed", () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  test("depth 16 passes, 17 does not", () => {
    expect(bounded(nested(16))).toBe(true);
    expect(bounded(nested(17))).toBe(false);
  });
  test("a list of 1,000 passes, 1,001 does not", () => {
    expect(bounded(Array(1_000).fill(0))).toBe(true);
    expect(bounded(Array(1_001).fill(0))).toBe(false);
  });
  test("64 KiB of text passes, one more does not", () => {
    expect(bounded("x".repeat(65_536))).toBe(true);
    expect(bounded("x".repeat(65_537))).toBe(false);
  });
});
