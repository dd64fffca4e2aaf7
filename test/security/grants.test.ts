import { readFile } from "node:fs/promises";
import { PgBoss } from "pg-boss";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.close());

/** Everything that `role` can do here, by whatever way it got it: one line a thing, without what every role has of the system's. */
async function grantsOf(role: string): Promise<string> {
  const rows = await t.admin<{ line: string }[]>`
    with verbs (verb) as (values ('select'), ('insert'), ('update'), ('delete'), ('truncate'), ('references'), ('trigger'), ('maintain')),
    schemas as (select oid, nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'),
    tables as (select c.oid, s.nspname || '.' || c.relname as name from pg_class c join schemas s on s.oid = c.relnamespace where c.relkind in ('r', 'v', 'm', 'p', 'f')),
    whole as (select t.name, t.oid, v.verb from tables t cross join verbs v where has_table_privilege(${role}, t.oid, v.verb)),
    parts as (
      select t.name, v.verb || ' (' || string_agg(a.attname, ', ' order by a.attnum) || ')' as verb
      from tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      cross join verbs v
      where v.verb in ('select', 'insert', 'update', 'references') and not has_table_privilege(${role}, t.oid, v.verb)
        and has_column_privilege(${role}, t.oid, a.attnum, v.verb)
      group by t.name, v.verb
    )
    select line from (
      select 1 as part, 'role ' || a.attribute as line from pg_roles r,
        lateral (values ('superuser', r.rolsuper), ('createrole', r.rolcreaterole), ('createdb', r.rolcreatedb), ('replication', r.rolreplication), ('bypassrls', r.rolbypassrls)) a (attribute, has)
        where r.rolname = ${role} and a.has
      union all select 1, 'member of ' || r.rolname from pg_roles r where r.rolname <> ${role} and pg_has_role(${role}, r.oid, 'member')
      union all select 2, 'database ' || v.verb from (values ('connect'), ('create'), ('temporary')) v (verb) where has_database_privilege(${role}, current_database(), v.verb)
      union all select 3, 'schema ' || s.nspname || ': ' || v.verb from schemas s cross join (values ('usage'), ('create')) v (verb)
        where has_schema_privilege(${role}, s.oid, v.verb) and (s.nspname <> 'public' or v.verb <> 'usage')
      union all select 4, 'table ' || name || ': ' || string_agg(verb, '; ' order by verb)
        from (select name, verb from whole union all select name, verb from parts) w group by name
      union all select 5, 'sequence ' || s.nspname || '.' || c.relname from pg_class c join schemas s on s.oid = c.relnamespace
        where case c.relkind when 'S' then has_sequence_privilege(${role}, c.oid, 'usage, select, update') else false end
      union all select 6, 'function ' || p.oid::regprocedure::text from pg_proc p join schemas s on s.oid = p.pronamespace
        where has_schema_privilege(${role}, s.oid, 'usage') and has_function_privilege(${role}, p.oid, 'execute')
    ) g order by part, line collate "C"`;
  return `${rows.map((row) => row.line).join("\n")}\n`;
}

it("the web's role holds exactly what test/security/web-grants.txt says", async () => {
  await expect(await grantsOf("charter_web")).toMatchFileSnapshot("web-grants.txt");
});

it("a right given to everybody shows as the web's", async () => {
  const before = await readFile(new URL("web-grants.txt", import.meta.url), "utf8");
  await t.admin`grant delete on charter.audit_entries to public`;
  expect(await grantsOf("charter_web")).not.toBe(before);
  await t.admin`revoke delete on charter.audit_entries from public`;
  expect(await grantsOf("charter_web")).toBe(before);
});

it("cron's tables are made by the worker's role and give the web nothing", async () => {
  const before = await grantsOf("charter_web");
  const boss = new PgBoss({ connectionString: t.workerUrl, createSchema: false, max: 2 });
  await boss.start();
  await boss.createQueue("sweep");
  await boss.send("sweep", {});
  await boss.stop({ graceful: false, close: true });
  expect((await t.admin`select 1 from pgboss.job`).length).toBeGreaterThan(0);
  expect(await grantsOf("charter_web")).toBe(before);
  await expect(t.web.execute("select 1 from pgboss.job")).rejects.toMatchObject({ cause: { code: "42501" } });
});

it("the auditor reads and nothing else, the owner cannot log in, the worker cannot write the log or remove facts", async () => {
  const verbs = (await grantsOf("charter_auditor")).split("\n").filter((line) => line.startsWith("table"));
  expect(verbs.filter((line) => !line.endsWith(": select"))).toEqual([]);
  expect(await t.admin`select rolcanlogin from pg_roles where rolname = 'charter_owner'`).toEqual([
    { rolcanlogin: false },
  ]);
  const worker = (await grantsOf("charter_worker")).split("\n");
  expect(worker).toContain("table charter.audit_entries: select");
  expect(worker).toContain("table charter.audit_checkpoints: select");
  expect(worker).toContain("table charter.verdicts: select");
  const deletes = worker
    .filter((line) => /delete|truncate/.test(line) && line.startsWith("table charter."))
    .map((line) => line.split(/[.:]/)[1]);
  expect(deletes).toEqual(["counters", "debts", "findings", "gates", "inbox", "notices", "outcomes", "workers"]);
});

it("nobody else may connect to the database", async () => {
  await t.admin`create role charter_test_stranger login password 'x'`;
  try {
    const rows =
      await t.admin`select has_database_privilege('charter_test_stranger', current_database(), 'connect') as may`;
    expect(rows).toEqual([{ may: false }]);
  } finally {
    await t.admin`drop role charter_test_stranger`;
  }
});

it("every definer function pins its search path and is nobody's to call but whom the grants name", async () => {
  const rows = await t.admin`
    select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'charter' and p.prosecdef
      and (p.proconfig is null or not 'search_path=pg_catalog, charter, pg_temp' = any (p.proconfig) or has_function_privilege('public', p.oid, 'execute')
        or pg_get_userbyid(p.proowner) <> 'charter_owner')`;
  expect(rows.map((row) => row.proname)).toEqual([]);
});
