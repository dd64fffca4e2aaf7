import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readTargets } from "#db/read/targets.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

test("the targets page has what differs at a target, however much else is found of its identities", async () => {
  const { admin } = database;
  const found = (kind: string, object: string, openedAt: string) =>
    admin`insert into charter.findings ${admin({
      tenant: "main",
      id: randomUUID(),
      kind,
      target: "payments-aws",
      object,
      sentence: "Something.",
      opened_at: openedAt,
    })}`;
  await found("drifted", "role one", "2026-01-01T00:00:00Z");
  for (let at = 0; at < 201; at++) await found("static-avoidable", `user ${at}`, "2026-06-01T00:00:00Z");
  const page = await readTargets(database.web, { id: randomUUID(), roles: ["operator"], teams: [] });
  expect(page?.findings.map(({ kind, object }) => [kind, object])).toEqual([["drifted", "role one"]]);
  expect(await readTargets(database.web, { id: randomUUID(), roles: [], teams: [] })).toBeNull();
});
