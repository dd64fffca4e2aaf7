import { drizzle } from "drizzle-orm/postgres-js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Db, openDatabase, schema } from "#db/client.ts";
import { readDebtHistory } from "#db/read/debt.ts";
import { readFrame } from "#db/read/frame.ts";
import { readMyWork } from "#db/read/my-work.ts";
import { readDrafts, readTargetNames } from "#db/read/requests.ts";
import { readSession } from "#db/read/session.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { tiles } from "#lib/domain/tile.ts";
import { checkBundle, loadBundle } from "#lib/policy/bundle.ts";
import { inventoryPage, openingOf } from "#lib/web/inventory-page.ts";
import { readExpiringDays } from "#lib/web/policy-days.ts";
import { requestsPage } from "#lib/web/requests-page.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

const team = "aaaaaaaa-0000-4000-8000-000000000001";
const member: Viewer = { id: "bbbbbbbb-0000-4000-8000-000000000001", roles: [], teams: [team] };
const security: Viewer = { ...member, roles: ["security"] };

let t: TestDatabase;
let counting: ReturnType<typeof openDatabase>;
let db: Db;
const asked: string[] = [];
beforeAll(async () => {
  t = await testDatabase();
  await t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`insert into charter.teams (id, slug, name) values (${team}, 'team-1', 'Team 1')`;
  });
  counting = openDatabase(t.webUrl, { applicationName: "test-counting", max: 1 });
  db = drizzle(counting.sql, { schema, logger: { logQuery: (text) => asked.push(text) } });
});
afterAll(async () => {
  await counting.close();
  await t.close();
});

const frame = (viewer: Viewer) => Promise.all([readSession(db, "none"), readFrame(db, viewer)]);
const inventory = async (viewer: Viewer, query: string) => {
  await Promise.all([frame(viewer), query === "" ? openingOf(db, viewer) : null]);
  await inventoryPage(db, viewer, new URLSearchParams(query));
};
const myWork = async (viewer: Viewer) => {
  const [[, waiting], expiringDays] = await Promise.all([frame(viewer), readExpiringDays(db)]);
  await readMyWork(db, viewer, { expiringDays, waiting: Promise.resolve(waiting) });
  await readDebtHistory(db, viewer, { team: "", weeks: 12 });
};
const requests = async (viewer: Viewer) => {
  const none = { q: "", state: "", mine: false, kind: "", environment: "", target: "", after: undefined };
  await Promise.all([frame(viewer), readDrafts(db, viewer), readTargetNames(db), requestsPage(db, viewer, none)]);
};

/** What a page asks the database, its frame and session among it: once the inventory asked 28, My work 13, the requests 6. */
it.each([
  ["the inventory", 8, () => inventory(member, "")],
  ["a tile of the inventory", 7, () => inventory(member, "tile=static")],
  ["the inventory, filtered, whose rows are counted besides", 8, () => inventory(member, "environment=prod")],
  ["the inventory of who sees everything, each tile by its index", 24, () => inventory(security, "")],
  ["My work", 10, () => myWork(member)],
  ["the requests", 5, () => requests(member)],
])("%s asks %i statements", async (_page, statements, read) => {
  asked.length = 0;
  await read();
  expect(asked).toHaveLength(statements);
});

it("asks no request whether it waits for the verdict of who has no role", async () => {
  asked.length = 0;
  await readFrame(db, member);
  await readFrame(db, security);
  expect(asked.map((text) => text.includes("charter.request_states"))).toEqual([false, true]);
});

it("tells once that the database is gone, whatever of a page it was asked for", async () => {
  const gone = openDatabase(t.webUrl, { applicationName: "test-gone" });
  await gone.close();
  const unheard: unknown[] = [];
  const others = process.listeners("unhandledRejection");
  const hear = (error: unknown) => void unheard.push(error);
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", hear);
  try {
    for (const tile of tiles)
      await expect(inventoryPage(gone.db, member, new URLSearchParams({ tile }))).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
  } finally {
    process.removeListener("unhandledRejection", hear);
    for (const other of others) process.on("unhandledRejection", other);
  }
  expect(unheard).toEqual([]);
});

it("knows the days of the policy in force, and reads each of its bundles once", async () => {
  const shipped = await loadBundle();
  const files = "ok" in shipped ? shipped.ok.files : expect.fail("the shipped bundle is broken");
  const figures = files["figures.json"] ?? "";
  const seen: unknown[] = [];
  for (const [activation, days] of [30, 30, 7, 30].entries()) {
    const changed = figures.replace(/"expiringDays": \d+/, `"expiringDays": ${days}`);
    const bundle = await checkBundle({ ...files, "figures.json": changed });
    const { digest } = "ok" in bundle ? bundle.ok : expect.fail("the changed bundle is broken");
    await t.admin.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`insert into charter.bundles (activation, digest, files, activated_by)
        values (${activation + 1}, ${digest}, ${sql.json({ ...files, "figures.json": changed })}, '[]')`;
    });
    asked.length = 0;
    seen.push([await readExpiringDays(db), asked.length]);
  }
  expect(seen).toEqual([30, 30, 7, 30].map((days, place) => [days, place === 1 ? 1 : 2]));
});
