import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase, schema } from "#db/client.ts";
import { migrate } from "#db/migrate.ts";
import { migrationsCurrent } from "#db/migration-state.ts";
import journal from "#db/migrations/meta/_journal.json" with { type: "json" };
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.close());

describe("db/schema and the migrations", () => {
  it("are each dated later than the one before, else an installation that has that one would leave it out", () => {
    const dates = journal.entries.map(({ when }) => when);
    expect(dates).toEqual([...new Set(dates)].sort((a, b) => a - b));
  });

  const written = Object.values(schema).flatMap((table) => (is(table, PgTable) ? [getTableConfig(table)] : []));

  it("name the same tables", async () => {
    const rows =
      await t.admin`select tablename from pg_tables where schemaname = 'charter' and tablename <> 'migrations'`;
    expect(rows.map((row) => row.tablename).sort()).toEqual(written.map((table) => table.name).sort());
  });

  it.each(written.map((table) => [table.name, table] as const))(
    "%s has the same columns, types, keys and checks",
    async (name, table) => {
      const columns = await t.admin`
      select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required
      from pg_attribute a where a.attrelid = ${`charter.${name}`}::regclass and a.attnum > 0 and not a.attisdropped order by 1`;
      const types: Record<string, string> = { bigserial: "bigint" };
      const expected = table.columns.map((c) => ({
        name: c.name,
        type: types[c.getSQLType()] ?? c.getSQLType(),
        required: c.notNull,
      }));
      expect([...columns]).toEqual(expected.sort((a, b) => (a.name < b.name ? -1 : 1)));
      const constraints =
        await t.admin`select conname, contype from pg_constraint where conrelid = ${`charter.${name}`}::regclass and contype in ('p', 'u', 'c')`;
      const named = (type: string) =>
        constraints
          .filter((row) => row.contype === type)
          .map((row) => row.conname)
          .sort();
      expect(named("p")).toHaveLength(1);
      expect(named("u")).toEqual(table.uniqueConstraints.map((u) => u.getName()).sort());
      expect(named("c")).toEqual(table.checks.map((check) => check.name).sort());
      const indexes = await t.admin`select indexrelid::regclass::text as name from pg_index
        where indrelid = ${`charter.${name}`}::regclass`;
      const declared = table.indexes.map((index) => `charter.${index.config.name}`);
      // Trigram, expression and partial indexes stand in migrations alone: drizzle has no words for them.
      expect(indexes.map((index) => index.name)).toEqual(expect.arrayContaining(declared));
    },
  );
});

describe("migrate", () => {
  it("finds nothing to do a second time, also from two at once", async () => {
    await Promise.all([migrate(t.migrateUrl), migrate(t.migrateUrl)]);
    expect(await migrationsCurrent(t.web)).toBe(true);
  });

  it("is told apart from a database that is behind or empty, by any role", async () => {
    await t.admin`update charter.migrations set created_at = created_at - 100000000`;
    expect(await migrationsCurrent(t.web)).toBe(false);
    const empty = openDatabase(t.adminUrl.replace(/\/[^/]+$/, "/postgres"), { applicationName: "empty", max: 1 });
    expect(await migrationsCurrent(empty.db)).toBe(false);
    await empty.close();
  });

  it("gives everything to the role that cannot log in", async () => {
    const rows =
      await t.admin`select distinct pg_get_userbyid(relowner) as owner from pg_class where relnamespace = 'charter'::regnamespace`;
    expect([...rows]).toEqual([{ owner: "charter_owner" }]);
  });
});

describe("charter.clock", () => {
  it("is the server's, until the role of migrations moves it", async () => {
    const ahead = async () =>
      (await t.web.execute("select round(extract(epoch from charter.clock() - clock_timestamp()))::int as s"))[0]?.s;
    expect(await ahead()).toBe(0);
    await expect(t.worker.execute("update charter.clock_offset set ahead = '1 day'")).rejects.toMatchObject({
      cause: { code: "42501" },
    });
    const owner = postgres(t.migrateUrl, { max: 1 });
    await owner`update charter.clock_offset set ahead = '1 day'`;
    await owner.end();
    expect(await ahead()).toBe(86_400);
  });
});
