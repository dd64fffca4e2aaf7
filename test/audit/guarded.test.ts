import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Tx } from "#db/client.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { append } from "./support.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.close());

const u = randomUUID;
const who = { person: u(), team: u() };

/** Per guarded table: noun, key, and a row that fills it. Ids are text joined with a slash as entries name them. */
const guarded: Record<string, { noun: string; id: string; row: Record<string, unknown> }> = (() => {
  const one = { ...who, id: u(), request: u(), identity: u(), intent: u() };
  const blank = "2030-01-01";
  return {
    people: { noun: "person", id: one.id, row: { id: one.id, issuer: "i", canonical: one.id, name: "n", email: "e" } },
    person_roles: {
      noun: "person-role",
      id: `${one.person}/security`,
      row: { person: one.person, role: "security", verified_at: blank, held: true },
    },
    teams: { noun: "team", id: one.id, row: { id: one.id, slug: "s", name: "n" } },
    team_members: { noun: "team-member", id: `${one.team}/${one.person}`, row: { team: one.team, person: one.person } },
    services: {
      noun: "service",
      id: one.id,
      row: {
        id: one.id,
        slug: "s",
        name: "n",
        team: one.team,
        owner: one.person,
        classification: "internal",
        source: "test",
      },
    },
    repositories: {
      noun: "repository",
      id: one.id,
      row: { id: one.id, name: "a/b", owner_id: "1", repository_id: "2", subject_format: "names" },
    },
    sign_in_results: { noun: "sign-in-result", id: one.id, row: { sign_in: one.id, token_hash: "h" } },
    targets: {
      noun: "target",
      id: "orders-prod",
      row: {
        name: "orders-prod",
        kind: "k",
        title: "t",
        environments: "[]",
        settings: "{}",
        entry_digest: "d",
        simulated: true,
        position: 0,
      },
    },
    vaults: {
      noun: "vault",
      id: "vault-main",
      row: {
        name: "vault-main",
        kind: "k",
        title: "t",
        settings: "{}",
        entry_digest: "d",
        simulated: true,
        approved: "[]",
        position: 0,
      },
    },
    bundles: { noun: "bundle", id: "1", row: { activation: 1, digest: "d", files: "{}", activated_by: "[]" } },
    blueprints: {
      noun: "blueprint",
      id: "reach-pack/b",
      row: { kind: "reach-pack", id: "b", digest: "d", content: "{}" },
    },
    decisions: {
      noun: "decision",
      id: one.id,
      row: {
        id: one.id,
        request: one.request,
        request_version: 1,
        at: "receipt",
        bundle: "d",
        input: "{}",
        decision: "{}",
      },
    },
    request_states: {
      noun: "request-state",
      id: one.request,
      row: { request: one.request, request_version: 1, state: "received" },
    },
    intents: {
      noun: "intent",
      id: one.id,
      row: {
        id: one.id,
        request: one.request,
        request_version: 1,
        kind: "provision",
        identity: one.identity,
        target: "t",
        plan: "{}",
        plan_digest: "d",
        mark: "{}",
        marked_at: blank,
        state: "running",
      },
    },
    identities: {
      noun: "identity",
      id: one.id,
      row: {
        id: one.id,
        name: "n",
        blueprint: "b",
        connector: "c",
        target: "t",
        environment: "dev",
        state: "provisioning",
        purpose: "p",
        service: u(),
        team: one.team,
        owner: one.person,
        owner_accepted_at: blank,
        ends_it: one.person,
        classification: "internal",
        credential: "federated",
        charter: "{}",
        charter_request: one.request,
        charter_version: 1,
        object_name: "o",
        reach: "{}",
        risk: 1,
        risk_parts: "[]",
        ends_at: blank,
      },
    },
    objects: {
      noun: "object",
      id: one.id,
      row: {
        id: one.id,
        identity: one.identity,
        intent: one.intent,
        kind: "k",
        name: "n",
        external_id: "x",
        state: "powerless",
      },
    },
    credentials: {
      noun: "credential",
      id: one.id,
      row: {
        id: one.id,
        identity: one.identity,
        intent: one.intent,
        external_id: "x",
        vault: "v",
        mount: "m",
        path: "p",
        vault_version: 1,
        state: "active",
        ends_at: blank,
      },
    },
    exceptions: {
      noun: "exception",
      id: one.id,
      row: {
        id: one.id,
        identity: one.identity,
        request: one.request,
        request_version: 1,
        reason: "r",
        owner: one.person,
        ends_at: blank,
      },
    },
    passkeys: {
      noun: "passkey",
      id: one.id,
      row: { id: one.id, person: one.person, invited_by: "[]", invited_at: blank, invited_until: blank },
    },
    questions: {
      noun: "question",
      id: one.identity,
      row: {
        identity: one.identity,
        every_days: 182,
        opens_at: blank,
        reminds_at: blank,
        backup_at: blank,
        due_at: blank,
        stage: "waiting",
        stage_at: blank,
      },
    },
  };
})();
/** Guarded as well, and never changed: the worker may insert and no more. */
const written = ["attestations"];

const insert = (tx: Tx, table: string, row: Record<string, unknown>) => {
  const columns = Object.keys(row).map((name) => sql.identifier(name));
  const values = Object.values(row).map((value) => sql`${value}`);
  return tx.execute(
    sql`insert into charter.${sql.identifier(table)} (${sql.join(columns, sql`, `)}) values (${sql.join(values, sql`, `)})`,
  );
};
const unaudited = { code: "23514" };
const entry = (noun: string, id: string, version: number) => ({ noun, id, version, action: `${noun}.changed` });

it("lists every table that the worker alone writes, but queues and outcomes", async () => {
  const tables = await t.admin`
    select distinct c.relname from pg_trigger g join pg_class c on c.oid = g.tgrelid join pg_proc p on p.oid = g.tgfoid
    where p.proname = 'must_be_audited' order by 1`;
  const changed = await t.admin`
    select distinct table_name from information_schema.role_table_grants
    where grantee = 'charter_worker' and table_schema = 'charter' and privilege_type = 'UPDATE' order by 1`;
  const free = [
    "outcomes",
    "gates",
    "workers",
    "counters",
    "debts",
    "findings",
    "inbox",
    "uses",
    "access_uses",
    "slots",
    "vault_logs",
    "notices",
    "notice_mark",
  ];
  const names = tables.map((row) => row.relname).filter((name) => !written.includes(name));
  expect(names).toEqual(changed.map((row) => row.table_name).filter((name) => !free.includes(name)));
  expect(names.filter((name) => name !== "steps")).toEqual(Object.keys(guarded).sort());
});

describe.each(Object.entries(guarded))("%s", (table, { noun, id, row }) => {
  const bump = (tx: Tx) => tx.execute(sql`update charter.${sql.identifier(table)} set version = version + 1`);

  it("is refused without its entry, with another row's, another version's, another transaction's", async () => {
    await expect(t.worker.transaction((tx) => insert(tx, table, row))).rejects.toMatchObject(unaudited);
    await expect(
      t.worker.transaction(async (tx) => {
        await insert(tx, table, row);
        await append(tx, entry(noun, u(), 1));
      }),
    ).rejects.toMatchObject(unaudited);
    await expect(
      t.worker.transaction(async (tx) => {
        await insert(tx, table, row);
        await append(tx, entry(noun, id, 2));
      }),
    ).rejects.toMatchObject(unaudited);
    await append(t.worker, entry(noun, id, 1));
    await expect(t.worker.transaction((tx) => insert(tx, table, row))).rejects.toMatchObject(unaudited);
    expect(await t.admin`select 1 from ${t.admin(`charter.${table}`)}`).toHaveLength(0);
  });

  it("is taken with it, and each change needs the next version and an entry of its own", async () => {
    await t.worker.transaction(async (tx) => {
      await insert(tx, table, row);
      await append(tx, entry(noun, id, 1));
    });
    await expect(t.worker.transaction((tx) => bump(tx))).rejects.toMatchObject(unaudited);
    await expect(
      t.worker.transaction(async (tx) => {
        await bump(tx);
        await bump(tx);
        await append(tx, entry(noun, id, 3));
      }),
    ).rejects.toMatchObject(unaudited);
    await expect(
      t.worker.transaction(async (tx) => {
        await tx.execute(sql`update charter.${sql.identifier(table)} set tenant = tenant`);
        await append(tx, entry(noun, id, 1));
      }),
    ).rejects.toMatchObject(unaudited);
    await t.worker.transaction(async (tx) => {
      await bump(tx);
      await append(tx, entry(noun, id, 2));
    });
    await t.worker.transaction(async (tx) => {
      await append(tx, entry(noun, id, 3), entry(noun, id, 4));
      await bump(tx);
      await bump(tx);
    });
    expect(await t.admin`select version from ${t.admin(`charter.${table}`)}`).toEqual([{ version: 4 }]);
  });

  it("cannot be removed", async () => {
    await expect(
      t.worker.transaction((tx) => tx.execute(sql`delete from charter.${sql.identifier(table)}`)),
    ).rejects.toMatchObject({ cause: { code: "42501" } });
    await expect(t.admin.begin((tx) => tx`delete from ${tx(`charter.${table}`)}`)).rejects.toMatchObject(unaudited);
  });
});

it("attestations are made once, with their entry, and never changed or removed", async () => {
  const id = u();
  const row = {
    ...{ id, identity: u(), round: 1, person: u(), standing: "owner", answer: "keep", evidence: "e" },
    ...{ due_at: "2030-01-01", answered_at: "2030-01-01", next_due_at: "2030-01-01" },
    ...{ statement: "{}", key: "k", signature: "s" },
  };
  await expect(t.worker.transaction((tx) => insert(tx, "attestations", row))).rejects.toMatchObject(unaudited);
  await t.worker.transaction(async (tx) => {
    await insert(tx, "attestations", row);
    await append(tx, entry("attestation", id, 1));
  });
  for (const verb of ["update charter.attestations set reason = 'x'", "delete from charter.attestations"])
    await expect(t.worker.execute(sql.raw(verb))).rejects.toMatchObject({ cause: { code: "42501" } });
});

describe("steps", () => {
  const id = u();
  const version = async () => (await t.admin`select version from charter.steps where id = ${id}`)[0]?.version as number;
  const change = (set: string, audited: boolean) =>
    t.worker.transaction(async (tx) => {
      const next = (await version()) + 1;
      await tx.execute(sql`update charter.steps set ${sql.raw(set)} where id = ${id}`);
      if (audited) await append(tx, entry("step", id, next));
    });

  it("are made with their intent and leased without an entry", async () => {
    await t.worker.execute(
      sql`insert into charter.steps (id, intent, ordinal, name, kind, title, target, lane, state) values (${id}, ${u()}, 1, 'n', 'create', 't', 't', 1, 'ready')`,
    );
    await change("state = 'claimed', fence = fence + 1, lease_until = now()", false);
    await change("state = 'sent'", false);
  });

  it.each([
    `facts = '{"key": 1}'`,
    "state = 'ambiguous'",
    "state = 'done'",
    "state = 'failed'",
    "state = 'undone'",
    "stuck_at = now()",
  ])("need an entry for %s", async (set) => {
    await expect(change(`${set}, version = version + 1`, false)).rejects.toMatchObject(unaudited);
    await expect(change(set, true)).rejects.toMatchObject(unaudited);
    await change(`${set}, version = version + 1`, true);
  });

  it.each(['{"secret_access_key": "x"}', '{"a": [{"b": {"dbPassword": "x"}}]}', '{"TOKEN": 1}'])(
    "never hold %s",
    async (facts) => {
      await expect(change(`facts = '${facts}', version = version + 1`, true)).rejects.toMatchObject({
        cause: { code: "23514", constraint_name: "steps_facts_hold_no_secret" },
      });
    },
  );
});

it("lets what is known of an identity's use change without an entry, and nothing else beside it", async () => {
  const columns =
    "use_answer = 'used', last_used_at = now(), unused_since = now(), use_known_until = now(), stale_since = now()";
  await t.worker.transaction((tx) => tx.execute(sql`update charter.identities set ${sql.raw(columns)}`));
  expect(await t.admin`select use_answer from charter.identities`).toEqual([{ use_answer: "used" }]);
  await expect(
    t.worker.transaction((tx) => tx.execute(sql`update charter.identities set ${sql.raw(columns)}, risk = risk + 1`)),
  ).rejects.toMatchObject(unaudited);
});
