import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readPolicyFacts } from "#db/read/policy-facts.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

const [jonas, second, priya, payments, service] = [
  randomUUID(),
  randomUUID(),
  randomUUID(),
  randomUUID(),
  randomUUID(),
];
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await database.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    for (const [id, canonical] of [
      [jonas, jonas],
      [second, jonas],
      [priya, priya],
    ] as const)
      await sql`insert into charter.people (id, issuer, canonical, name, email) values (${id}, 'https://issuer.example', ${canonical}, 'A person', ${`${id}@acme.example`})`;
    await sql`insert into charter.team_members (team, person) values (${payments}, ${second})`;
  });
});
afterAll(() => database.close());

test("membership is a person's, through whichever login; the web reads the same facts as the worker", async () => {
  const question = {
    identity: randomUUID(),
    service,
    team: payments,
    environment: "prod",
    blueprint: "pipeline-role",
  } as const;
  for (const db of [database.worker, database.web]) {
    const own = await readPolicyFacts(db, { ...question, requester: jonas, owner: priya });
    expect(own).toMatchObject({
      requesterInTeam: true,
      ownerInTeam: false,
      ownerActive: true,
      firstInProduction: true,
      similar: 0,
      identity: null,
    });
    const other = await readPolicyFacts(db, { ...question, requester: null, owner: jonas });
    expect(other).toMatchObject({ requesterInTeam: false, ownerInTeam: true });
  }
});

test("only production is ever the first in production", async () => {
  const question = {
    identity: randomUUID(),
    service,
    team: payments,
    environment: "dev",
    blueprint: "x",
    requester: jonas,
    owner: jonas,
  } as const;
  expect((await readPolicyFacts(database.worker, question)).firstInProduction).toBe(false);
});
