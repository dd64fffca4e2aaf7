import { randomUUID } from "node:crypto";
import fc from "fast-check";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sealOnce } from "#lib/worker/sealer.ts";
import { anyEntry, append, key } from "#test/audit/support.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

/** The web is taken over: its own connection, any SQL. What it must not reach is tried here statement by statement. */
let t: TestDatabase;
let web: postgres.Sql;
const request = randomUUID();
const me = randomUUID();
const rival = randomUUID();

beforeAll(async () => {
  t = await testDatabase();
  web = postgres(t.webUrl, { max: 2, onnotice: () => {} });
  await append(t.worker, anyEntry());
  await web`insert into charter.requests (id, kind, requester, drafted_at) values (${request}, 'provision', ${me}, now())`;
  await web`insert into charter.sessions (id, person) values ('mine', ${me})`;
});
afterAll(async () => {
  await web.end();
  await t.close();
});

const denied = { code: "42501" };
const refused = (statement: string, because: object = denied) =>
  expect(web.unsafe(statement), statement).rejects.toMatchObject(because);

const claims = ["requests", "request_versions", "verdicts", "acceptances", "comments", "asks", "answers", "sign_ins"];
const own = ["drafts", "preferences", "sessions"];
const facts = [
  "people",
  "person_roles",
  "teams",
  "team_members",
  "services",
  "repositories",
  "sign_in_results",
  "targets",
  "vaults",
  "bundles",
  "blueprints",
  "decisions",
  "request_states",
  "outcomes",
  "intents",
  "steps",
  "gates",
  "identities",
  "objects",
  "credentials",
  "exceptions",
  "questions",
  "attestations",
  "findings",
  "counters",
  "debts",
  "passkeys",
  "challenges",
  "notices",
  "notice_mark",
  "uses",
  "access_uses",
  "slots",
  "vault_logs",
  "workers",
  "inbox",
  "audit_entries",
  "audit_checkpoints",
  "audit_tree",
  "clock_offset",
  "migrations",
];

it("the lists below name every table there is", async () => {
  const rows =
    await t.admin`select relname from pg_class where relnamespace = 'charter'::regnamespace and relkind in ('r', 'p', 'v')`;
  expect(rows.map((row) => row.relname).sort()).toEqual([...claims, ...own, ...facts].sort());
});

describe.each(facts)("%s: no fact is the web's to write", (table) => {
  it.each([
    "insert into charter.T default values",
    "update charter.T set tenant = tenant",
    "delete from charter.T",
    "truncate charter.T",
    "merge into charter.T f using (values (1)) v (x) on false when not matched then insert default values",
    "merge into charter.T f using (values (1)) v (x) on true when matched then delete",
    "insert into charter.T default values on conflict do nothing",
    "with w as (delete from charter.T returning 1) select * from w",
    "select 1 from charter.T for update",
    "do $$ begin lock table charter.T in row exclusive mode; end $$",
    "copy charter.T from stdin",
  ])("%s", async (statement) => {
    // The table of migrations is drizzle's own and has no tenant.
    const column = table === "migrations" ? "hash" : "tenant";
    await refused(statement.replace("charter.T", () => `charter.${table}`).replaceAll("tenant", column));
  });
});

describe.each([...facts, ...claims, ...own])("%s: no definition is the web's to change", (table) => {
  it.each([
    "alter table charter.T disable trigger all",
    "alter table charter.T add column x int",
    "drop table charter.T",
    "create trigger x before insert on charter.T execute function charter.stamp_claim()",
    "create index on charter.T (tenant)",
    "alter table charter.T enable row level security",
    "create rule x as on insert to charter.T do instead nothing",
    "comment on table charter.T is 'x'",
    "grant all on charter.T to public",
  ])("%s", async (statement) => {
    const error = await web.unsafe(statement.replace("charter.T", `charter.${table}`)).then(
      () => null,
      (e) => e,
    );
    // GRANT by a role without grant options is a warning that grants nothing; all else is an error.
    if (error !== null) expect(error).toMatchObject(denied);
    else
      expect(
        await t.admin`select has_table_privilege('charter_auditor', ${`charter.${table}`}, 'delete') as may`,
      ).toEqual([{ may: false }]);
  });
});

describe("claims", () => {
  it.each(claims)("%s: once made, never changed, removed or made again", async (table) => {
    for (const verb of [
      `update charter.${table} set tenant = tenant`,
      `delete from charter.${table}`,
      `truncate charter.${table}`,
    ])
      await refused(verb);
    await refused(`merge into charter.${table} f using (values (1)) v (x) on true when matched then delete`);
  });

  it("nobody chooses when or through which channel a claim came", async () => {
    const statements = [
      `insert into charter.requests (id, kind, requester, drafted_at, received_at) values ('${randomUUID()}', 'provision', '${me}', now(), '2001-01-01')`,
      `insert into charter.requests (id, kind, requester, drafted_at, channel) values ('${randomUUID()}', 'provision', '${me}', now(), 'charter_worker')`,
      `insert into charter.verdicts (id, request, version, plan_digest, stage, person, verdict, received_at) values ('${randomUUID()}', '${request}', 1, 'p', 0, '${rival}', 'approve', '2001-01-01')`,
      `insert into charter.acceptances (id, request, version, plan_digest, person, channel) values ('${randomUUID()}', '${request}', 1, 'p', '${rival}', 'charter_worker')`,
      `insert into charter.sign_ins (id, id_token, channel) values ('${randomUUID()}', 't', 'charter_worker')`,
      `insert into charter.comments (id, request, version, person, text, received_at) values ('${randomUUID()}', '${request}', 1, '${me}', 't', now())`,
      `insert into charter.asks (id, kind, subject, person, received_at) values ('${randomUUID()}', 'check', 's', '${me}', now())`,
      `insert into charter.request_versions (request, version, charter, origins, digest, plan_digest, channel) values ('${request}', 1, '{}', '{}', 'd', 'p', 'x')`,
    ];
    for (const statement of statements) await refused(statement);
  });

  it("another tenant cannot be named, and another role's clock and channel are not taken over by settings", async () => {
    const id = randomUUID();
    await web.begin(async (tx) => {
      await tx`set local timezone = 'Pacific/Kiritimati'`;
      await tx`set local datestyle = 'SQL, DMY'`;
      await tx`set local search_path = charter, pg_catalog`;
      await tx`select set_config('application_name', 'charter_worker', true)`;
      await tx`insert into requests (tenant, id, kind, requester, drafted_at) values ('other', ${id}, 'provision', ${me}, now())`;
    });
    const [row] =
      await t.admin`select tenant, channel, received_at between clock_timestamp() - interval '1 min' and clock_timestamp() as now from charter.requests where id = ${id}`;
    expect(row).toEqual({ tenant: "main", channel: "charter_web", now: true });
    expect(await t.admin`select channel from charter.audit_entries where aggregate = ${id}`).toEqual([
      { channel: "charter_web" },
    ]);
  });

  it("no token can be read back", async () => {
    const id = randomUUID();
    await refused(`insert into charter.sign_ins (id, id_token) values ('${id}', 't') returning id_token`);
    await web`insert into charter.sign_ins (id, id_token) values (${id}, 'CANARY')`;
    await t.admin`analyze charter.sign_ins`;
    for (const from of ["charter.sign_ins", "charter.inbox"]) await refused(`select * from ${from}`);
    await refused("copy charter.sign_ins to stdout");
    expect(await web`select 1 from pg_stats where tablename = 'sign_ins'`).toHaveLength(0);
    await refused(
      `insert into charter.sign_ins (id, id_token) values ('${id}', 't') on conflict (tenant, id) do update set id_token = 'x'`,
    );
  });

  it("nobody decides on their own request", async () => {
    await refused(
      `insert into charter.verdicts (id, request, version, plan_digest, stage, person, verdict) values ('${randomUUID()}', '${request}', 1, 'p', 0, '${me}', 'approve')`,
      { code: "23514" },
    );
  });
});

describe("sessions", () => {
  it("whose it is, since when and how it was opened stay as they were", async () => {
    for (const set of [
      "person = gen_random_uuid()",
      "created_at = now()",
      "read_only = false",
      "id = 'x'",
      "sign_in = null",
    ]) {
      await refused(`update charter.sessions set ${set} where id = 'mine'`);
    }
    await refused("delete from charter.sessions");
    await refused(
      `insert into charter.sessions (id, person) values ('mine', '${rival}') on conflict (tenant, id) do update set person = excluded.person`,
    );
  });

  it("an ended one cannot be opened again", async () => {
    await web`insert into charter.sessions (id, person) values ('gone', ${me})`;
    await web`update charter.sessions set ended_at = now() where id = 'gone'`;
    await refused("update charter.sessions set ended_at = null where id = 'gone'", { code: "23514" });
    await refused("update charter.sessions set last_seen_at = now() where id = 'gone'", { code: "23514" });
  });
});

describe("functions", () => {
  const sample: Record<string, string> = { text: "'x'", "text[]": "'{x}'", integer: "1", jsonb: "'{}'" };

  it("none may be called but clock, issue_challenge and append_denied", async () => {
    const all = await t.admin<{ name: string; args: string[] }[]>`
      select p.proname as name, array(select format_type(a, null) from unnest(p.proargtypes) a) as args
      from pg_proc p where p.pronamespace = 'charter'::regnamespace and p.prorettype <> 'trigger'::regtype`;
    expect(all.length).toBeGreaterThan(7);
    for (const { name, args } of all) {
      const call = `select * from charter.${name}(${args.map((type) => `${name === "append_denied" ? null : (sample[type] ?? null)}::${type}`).join(", ")})`;
      if (name === "clock" || name === "issue_challenge") await web.unsafe(call);
      else if (name === "append_denied") await refused(call, { code: "23502" });
      else await refused(call);
    }
  });

  it("a denied attempt is recorded as the web's word and nothing else", async () => {
    await web`select charter.append_denied('identity', 'identity.retired', '{"channel": "charter_worker", "action": "identity.retired"}')`;
    const [entry] =
      await t.admin`select noun, channel, action, evidence, version from charter.audit_entries where actor = 'identity'`;
    expect(entry).toEqual({
      noun: "attempt",
      channel: "charter_web",
      action: "attempt.denied",
      evidence: "session",
      version: 0,
    });
    await refused(`select charter.append_denied('x', 'y', jsonb_build_object('z', repeat('z', 17000)))`, {
      code: "23514",
    });
  });

  it("what the web may say is a list; anything else, through any door, is refused", async () => {
    const may = async (action: string) =>
      (await t.admin`select charter.audit_allows('charter_web', split_part(${action}, '.', 1), ${action}) as may`)[0]
        ?.may;
    for (const action of [
      "identity.founded",
      "identity.live",
      "sign-in.verified",
      "sign-in-result.verified",
      "request.approved",
      "request-state.approved",
      "person.verified",
      "verdict.counted",
      "session.verified",
      "audit.sealed",
    ]) {
      expect(await may(action), action).toBe(false);
    }
    for (const action of ["request.asked", "verdict.given", "session.opened"])
      expect(await may(action), action).toBe(true);
  });
});

describe("the server", () => {
  it.each([
    "set role charter_worker",
    "set role charter_owner",
    "set session authorization charter_worker",
    "reset session authorization; set role charter_migrate",
    "set session_replication_role = replica",
    "alter role charter_web superuser",
    "alter role charter_worker password 'x'",
    "create role x",
    "grant charter_owner to charter_web",
    "create schema x",
    "create table charter.x ()",
    "create table public.x ()",
    "create temporary table x ()",
    "create function charter.x() returns int language sql as 'select 1'",
    "create function pg_temp.x() returns int language sql as 'select 1'",
    "create or replace function charter.clock() returns timestamptz language sql as 'select now()'",
    "alter function charter.must_be_audited() owner to charter_web",
    "create extension pgcrypto",
    "create extension dblink",
    "alter system set fsync = off",
    "alter database template1 set x.y = 1",
    "create database x",
    "select pg_read_file('/etc/passwd')",
    "copy (select 1) to program 'true'",
    "copy (select 1) to '/tmp/x'",
    "select lo_import('/etc/passwd')",
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'charter_worker'",
    "select pg_reload_conf()",
    "create publication p for all tables",
    "create event trigger e on ddl_command_end execute function charter.stamp_claim()",
    "create subscription s connection 'x' publication p",
    "select * from pgboss.version",
    "create table pgboss.x ()",
    "select pg_create_logical_replication_slot('x', 'pgoutput')",
    "select * from pg_authid",
  ])("%s", async (statement) => {
    await refused(statement);
  });
});

describe("hints and locks", () => {
  it("a forged NOTIFY writes nothing", async () => {
    const before = await factsNow();
    for (const channel of ["claims", "facts", "pgboss"])
      await web.unsafe(`notify ${channel}, '{"request": "${request}", "state": "approved"}'`);
    expect(await factsNow()).toEqual(before);
  });

  it("neither an open transaction nor every advisory lock keeps the log from being sealed", async () => {
    await append(t.worker, anyEntry());
    await web.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(n) from generate_series(-50, 2000) n`;
      await tx`select pg_advisory_xact_lock(hashtext('charter.' || n)) from unnest(array['seal', 'sealer', 'audit', 'tree']) n`;
      await tx`select charter.append_denied('x', 'y', '{}')`;
      expect((await sealOnce({ db: t.worker, key, anchor: null }))?.size).toBeGreaterThan(0);
    });
  });
});

it("whatever is made of the grants, in whatever order, no fact comes of it", async () => {
  const before = await factsNow();
  const uuid = fc.constantFrom(request, me, rival).map((id) => `'${id}'`);
  const fresh = fc.uuid().map((id) => `'${id}'`);
  const small = fc.integer({ min: -1, max: 3 }).map(String);
  const word = fc
    .constantFrom("approve", "deny", "provision", "retire", "withdraw", "retry", "charter_worker", "")
    .map((w) => `'${w}'`);
  const json = fc.constantFrom("{}", "[]", "null", '{"state": "approved"}').map((j) => `'${j}'`);
  const now = fc.constantFrom("now()", "'2001-01-01'", "'infinity'");
  const row = (table: string, columns: Record<string, fc.Arbitrary<string>>) =>
    fc
      .record(columns)
      .map(
        (values) =>
          `insert into charter.${table} (${Object.keys(values).join(", ")}) values (${Object.values(values).join(", ")})`,
      );
  const about = { id: fresh, request: uuid, version: small, person: uuid };
  const statement = fc.oneof(
    row("requests", { id: fc.oneof(fresh, uuid), kind: word, identity: uuid, requester: uuid, drafted_at: now }),
    row("request_versions", {
      request: uuid,
      version: small,
      charter: json,
      origins: json,
      change: json,
      digest: word,
      plan_digest: word,
      person: uuid,
    }),
    row("verdicts", { ...about, plan_digest: word, stage: small, verdict: word, reason: word }),
    row("acceptances", { ...about, plan_digest: word }),
    row("comments", { ...about, text: word, proposal: json }),
    row("asks", { id: fresh, kind: word, subject: uuid, person: uuid }),
    row("sign_ins", { id: fresh, id_token: word }),
    row("drafts", { id: fresh, person: uuid, blueprint: word, content: json }),
    row("sessions", { id: fresh, person: uuid, read_only: fc.constantFrom("true", "false"), created_at: now }),
    fc
      .record({ column: fc.constantFrom("last_seen_at", "ended_at"), now })
      .map((set) => `update charter.sessions set ${set.column} = ${set.now}`),
    fc.constant("notify claims"),
    fc.constant("select charter.append_denied('a', 'b', '{}')"),
    fc.constantFrom("set constraints all deferred", "set constraints all immediate"),
  );
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(statement, async (one) => {
      const error = await web.unsafe(one).then(
        () => null,
        (e) => e,
      );
      if (error === null) taken += 1;
      else expect(error.code, one).toMatch(/^(23|22)/);
    }),
    { numRuns: 400 },
  );
  expect(taken).toBeGreaterThan(100);
  expect(await factsNow()).toEqual(before);
});

/** Every row of every fact, but the inbox and the log, which grow with each claim. */
async function factsNow(): Promise<unknown> {
  const tables = facts.filter(
    (table) => !["inbox", "audit_entries", "audit_checkpoints", "audit_tree"].includes(table),
  );
  return Promise.all(
    tables.map((table) =>
      t.admin.unsafe(
        `select '${table}' as t, count(*), md5(string_agg(f::text, '' order by f::text)) from charter.${table} f`,
      ),
    ),
  );
}
