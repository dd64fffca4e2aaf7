import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Tx } from "#db/client.ts";
import { lockPublishing } from "#db/store/configuration.ts";
import { lockDirectory } from "#db/store/directory.ts";
import { countReleased } from "#db/store/intents.ts";
import { lockLogin, tokenWasSeen } from "#db/store/people.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

let database: TestDatabase;
let web: postgres.Sql;
const person = randomUUID();
const login = { issuer: "https://id.example", subject: "s" };
beforeAll(async () => {
  database = await testDatabase();
  web = postgres(database.webUrl, { max: 1, onnotice: () => {} });
  await database.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`insert into charter.people (id, canonical, issuer, subject, name, email) values (${person}, ${person}, ${login.issuer}, ${login.subject}, 'P', 'p@example.com')`;
  });
});
afterAll(async () => {
  await web.end();
  await database.close();
});

const mints = { requester: person, target: "t", since: new Date(0) };
const turns: Readonly<Record<string, (tx: Tx) => Promise<unknown>>> = {
  publishing: lockPublishing,
  "an import of the directory": lockDirectory,
  "a person's releases": (tx) => countReleased(tx, { ...mints, kinds: ["provision", "suspend"] }),
  "a login's sign-in": async (tx) => {
    await lockLogin(tx, login);
    await tokenWasSeen(tx, "hash");
  },
};

/** What holds a role's transaction open while the worker takes its turn. */
const grips: Readonly<Record<string, string>> = {
  "every advisory lock that the portal ever took": `
    select pg_advisory_xact_lock(hashtext(n)) from unnest(array['charter.publish', 'charter.directory']) n
    union all select pg_advisory_xact_lock(hashtextextended('hash', 0))
    union all select pg_advisory_xact_lock(hashtextextended('${person}/t', 1))
    union all select pg_advisory_xact_lock(n) from generate_series(-50, 2000) n`,
  "whatever it may read":
    "select (select count(*) from charter.people) + (select count(*) from charter.bundles) + (select count(*) from charter.teams)",
};

describe.each(Object.keys(turns))("the turn of %s", (turn) => {
  const take = (tx: Tx) => turns[turn]?.(tx) ?? expect.fail(turn);
  const inTime = () =>
    database.worker.transaction(async (tx) => {
      await tx.execute(sql`set local lock_timeout = '2s'`);
      await take(tx);
      return "taken";
    });

  it.each(Object.keys(grips))("is not held up by a web that holds %s", async (grip) => {
    await web.begin(async (tx) => {
      await tx.unsafe(grips[grip] ?? "");
      expect(await inTime()).toBe("taken");
    });
  });

  it("is one worker's at a time", async () => {
    const order: string[] = [];
    let enter: () => void = () => undefined;
    const entered = new Promise<void>((resolve) => {
      enter = resolve;
    });
    const first = database.worker.transaction(async (tx) => {
      await take(tx);
      enter();
      await tx.execute(sql`select pg_sleep(0.4)`);
      order.push("first");
    });
    await entered;
    const second = database.worker.transaction(async (tx) => {
      await take(tx);
      order.push("second");
    });
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "second"]);
  });
});

it.each([
  "lock table charter.bundles in share row exclusive mode",
  "lock table charter.teams in share mode",
  "lock table charter.bundles in row exclusive mode",
  "select 1 from charter.people for update",
  "select 1 from charter.people for key share",
])("the web may not take what makes the worker wait: %s", async (statement) => {
  await expect(web.begin((tx) => tx.unsafe(statement))).rejects.toMatchObject({ code: "42501" });
});
