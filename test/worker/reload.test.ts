import { generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfig } from "#lib/worker/config-file.ts";
import type { LogDetail } from "#lib/worker/log.ts";
import { openPlaces } from "#lib/worker/places.ts";
import { type InForce, reload } from "#lib/worker/reload.ts";
import type { Worker } from "#lib/worker/worker.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { awsTarget } from "../facts/scenario.ts";

const folder = mkdtempSync(join(tmpdir(), "charter-reload-"));
const path = join(folder, "worker.json");
const write = (content: unknown) =>
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
let database: TestDatabase;
beforeAll(async () => {
  process.env.RELOAD_KEY = "x";
  database = await testDatabase();
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const credentials = { accessKeyId: "env:RELOAD_KEY", secretAccessKey: "env:RELOAD_KEY" };
const target = (name: string, more: object = {}) => ({ ...awsTarget(name), credentials, ...more });
const file = (targets: readonly object[], more: object = {}) => ({
  ...{ installation: "reloaded", publicUrl: "http://localhost:3000", vaults: [], targets },
  signIn: { issuer: "http://127.0.0.1:9", clientId: "x", roles: { security: [], operator: [], auditor: [] } },
  keys: { mark: [{ id: "m1", secret: "env:M" }], checkpoint: { id: "c1", secret: "env:C" } },
  ...more,
});

it("a new file's targets, gates and caps take effect, what needs a restart does not, and a broken file changes nothing", async () => {
  write(file([target("one-aws"), target("two-aws")]));
  const first = await readConfig(path);
  const inForce: InForce = { loaded: "ok" in first ? first.ok : expect.fail(first.refusals[0].sentence) };
  const places = openPlaces(inForce.loaded.config, {
    ...{ installation: "reloaded", markKeys: [], portalSystemIdentifier: "1" },
  });
  const said: [string, LogDetail?][] = [];
  const worker: Worker = {
    ...{ id: randomUUID(), db: database.worker, newId: randomUUID, now: () => new Date(), changed: () => undefined },
    ...{ places, markKeys: [], installation: { installation: "reloaded", portal: "http://localhost:3000" } },
    get config() {
      return inForce.loaded.config;
    },
    checkpointKey: { id: "c1", privateKey: generateKeyPairSync("ed25519").privateKey },
    log: {
      info: (event, detail = {}) => void said.push([event, detail]),
      fault: (event, error) => {
        throw new Error(event, { cause: error });
      },
    },
  };
  const again = () => reload(worker, { inForce, places, path });
  await again();
  const [one, two] = [await places.target("one-aws"), await places.target("two-aws")];

  write("{ not json");
  await again();
  expect(said.at(-1)).toEqual(["configuration-refused", { why: [expect.stringContaining("is not JSON")] }]);
  write(file([target("one-aws", { kind: "no-such-kind" })]));
  await again();
  expect(said.at(-1)?.[0]).toBe("configuration-refused");
  expect(worker.config.targets.map(({ name }) => name)).toEqual(["one-aws", "two-aws"]);
  expect(await places.target("one-aws")).toBe(one);

  const gate = { maxRunning: 2, rate: 1, burst: 9, reserve: 1 };
  const moved = { ...awsTarget("two-aws").settings, accountId: "999922223333" };
  write(
    file(
      [
        target("one-aws", { gate, caps: { mintsPerHour: 3 } }),
        target("two-aws", { settings: moved }),
        target("new-aws"),
      ],
      {
        publicUrl: "https://elsewhere.example",
      },
    ),
  );
  await again();
  expect(said.at(-1)?.[1]).toMatchObject({ places: ["two-aws", "new-aws"], restart: ["publicUrl"] });
  expect(worker.config.publicUrl).toBe("http://localhost:3000");
  expect(worker.config.targets[0]?.caps.mintsPerHour).toBe(3);
  expect([...(await database.admin`select max_running, burst from charter.gates where target = 'one-aws'`)]).toEqual([
    { max_running: 2, burst: 9 },
  ]);
  expect(await places.target("two-aws")).not.toBe(two);
  expect(await places.target("new-aws")).toBeDefined();

  write(file([target("new-aws")]));
  await again();
  await expect(places.target("two-aws")).rejects.toMatchObject({ code: "not-configured" });
  expect(await database.admin`select configured from charter.targets where name = 'two-aws'`).toMatchObject([
    { configured: false },
  ]);
  await places.close();
});
