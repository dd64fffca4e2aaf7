import { randomUUID } from "node:crypto";
import fc from "fast-check";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, openScenario, type Scenario } from "./scenario.ts";

let scenario: Scenario;
let web: postgres.Sql;
let request: string;
beforeAll(async () => {
  scenario = await openScenario();
  await scenario.signIn("jonas.kern");
  web = postgres(scenario.database.webUrl, { max: 1, onnotice: () => {} });
  request = await ask(scenario, "jonas.kern");
  await scenario.settle();
});
afterAll(async () => {
  await web?.end();
  await scenario?.database.close();
});

type Row = Readonly<Record<string, fc.Arbitrary<unknown>>>;
const json = (value: fc.Arbitrary<unknown>) => value.map((one) => ({ json: JSON.stringify(one) }));

/** What a web that was taken over might insert: each column anything that PostgreSQL takes. */
function claimsOf(): Readonly<Record<string, Row>> {
  const jonas = scenario.id("jonas.kern");
  const known = fc.constantFrom(request, jonas);
  const id = fc.uuid({ version: 4 });
  const any = fc.oneof(known, id);
  const whole = fc.constantFrom(0, 1, 2, -1, 2 ** 31 - 1, -(2 ** 31));
  const word = fc.oneof(
    fc.constantFrom(
      "provision",
      "retire",
      "approve",
      "deny",
      "keep",
      "transfer",
      "payments-aws",
      "",
      "x".repeat(100_000),
    ),
    known,
    fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "")),
  );
  const deep = fc.constant(JSON.parse(`${"[".repeat(500)}${"]".repeat(500)}`));
  const shape = json(
    fc.oneof(
      fc.constantFrom<unknown>(
        {},
        [],
        null,
        "text",
        7,
        true,
        { charter: {}, origins: {} },
        { charter: null },
        { to: "x" },
      ),
      fc.constantFrom<unknown>(
        { to: null },
        { endsAt: "never" },
        { reason: 7 },
        { reason: "x", until: "2099-02-31T00:00:00Z" },
      ),
      deep,
      fc.jsonValue({ maxDepth: 3, noUnicodeString: true }),
    ),
  );
  const asked = fc.constantFrom(
    "withdraw",
    "end-overlap",
    "take-back",
    "retry",
    "check",
    "mute",
    "unmute",
    "nonsense",
    "",
  );
  return {
    sign_ins: { id, id_token: word },
    requests: {
      id,
      kind: word,
      identity: fc.oneof(any, fc.constant(null)),
      requester: any,
      drafted_at: fc.constantFrom("2001-01-01", "infinity", "-infinity"),
    },
    request_versions: {
      request: any,
      version: whole,
      charter: shape,
      origins: shape,
      change: shape,
      digest: word,
      plan_digest: word,
      person: any,
    },
    verdicts: {
      id,
      request: any,
      version: whole,
      plan_digest: word,
      stage: whole,
      person: any,
      verdict: word,
      reason: word,
    },
    acceptances: { id, request: any, version: whole, plan_digest: word, person: any },
    comments: { id, request: any, version: whole, person: any, text: word, proposal: shape },
    asks: {
      id,
      kind: asked,
      subject: word,
      person: fc.oneof(known, fc.constant(scenario.id("mara.lind"))),
      detail: shape,
    },
    answers: {
      id,
      identity: any,
      round: whole,
      person: any,
      answer: word,
      reason: word,
      evidence: word,
      shown: shape,
      request: fc.oneof(any, fc.constant(null)),
      batch: fc.oneof(id, fc.constant(null)),
    },
  };
}

/** Inserts one row; false when the database itself does not take it. */
async function insert(table: string, row: Readonly<Record<string, unknown>>): Promise<boolean> {
  const columns = Object.keys(row);
  const values = Object.values(row).map((value) =>
    typeof value === "object" && value !== null && "json" in value ? value.json : value,
  );
  const places = columns.map((name, index) =>
    name.endsWith("_at") ? `$${index + 1}::text::timestamptz` : `$${index + 1}`,
  );
  return web
    .unsafe(`insert into charter.${table} (${columns.join(", ")}) values (${places.join(", ")})`, values as never[])
    .then(
      () => true,
      (error) => {
        expect(error.code, `${table} ${JSON.stringify(row).slice(0, 300)}`).toMatch(/^(22|23)/);
        return false;
      },
    );
}

test.each(["sign_ins", "requests", "request_versions", "verdicts", "acceptances", "comments", "asks", "answers"])(
  "%s that say nonsense are answered, never a fault that is tried again, and make nothing",
  async (table) => {
    const row = claimsOf()[table];
    if (row === undefined) throw new Error(`${table} has no columns here.`);
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.record(row), async (values) => {
        if (!(await insert(table, values))) return;
        taken += 1;
        await scenario.inbox.drain();
      }),
      { numRuns: 60 },
    );
    expect(taken).toBeGreaterThan(5);
    const [made] = await scenario.database.admin`
      select (select count(*)::int from charter.inbox) as waiting, (select count(*)::int from charter.intents) as intents,
        (select count(*)::int from charter.identities where id <> ${request}) as identities`;
    expect(made).toEqual({ waiting: 0, intents: 0, identities: 0 });
  },
);

test.each(["null", "[]", '"text"', "7"])("a version whose change is %s is refused", async (change) => {
  const nonsense = randomUUID();
  const person = scenario.id("jonas.kern");
  await insert("requests", { id: nonsense, kind: "provision", requester: person, drafted_at: "2026-01-01T00:00:00Z" });
  const digest = "0".repeat(64);
  const sealed = { charter: "{}", origins: "{}", change, plan_digest: digest, digest };
  expect(await insert("request_versions", { request: nonsense, version: 1, ...sealed, person })).toBe(true);
  await scenario.inbox.drain();
  const outcomes = await scenario.database
    .admin`select result from charter.outcomes where subject = ${`${nonsense}/1`} or subject = ${nonsense}`;
  expect(outcomes.map(({ result }) => result)).toContain("refused");
  expect(await scenario.database.admin`select 1 from charter.inbox`).toHaveLength(0);
});

test("an ask about what cannot be an id is refused, whoever asks", async () => {
  await scenario.signIn("mara.lind", ["security"]);
  for (const kind of ["withdraw", "end-overlap", "take-back", "retry", "mute", "unmute"]) {
    const id = randomUUID();
    await insert("asks", { id, kind, subject: "no id", person: scenario.id("mara.lind") });
    await scenario.inbox.drain();
    const [outcome] = await scenario.database
      .admin`select result, refusals from charter.outcomes where subject = ${id}`;
    expect([kind, outcome]).toMatchObject([kind, { result: "refused", refusals: [{ code: "not-found" }] }]);
  }
});
