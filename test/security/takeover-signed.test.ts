import { randomUUID } from "node:crypto";
import fc from "fast-check";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decide } from "#lib/claims/verdicts/decide.ts";
import type { Assertion } from "#lib/domain/signature.ts";
import { verdictAct } from "#lib/judgement/signed.ts";
import { actors, type Cast, openCast } from "../claims/cast.ts";
import { enrolled, statementFrom } from "../facts/keys.ts";
import type { Authenticator } from "../support/authenticator.ts";

// Level 2: the web is taken over and keys are enrolled. It has the web's own database role, any SQL, every session, and every
// gesture that was really made. It tries to have a production identity released that nobody signed for.

let cast: Cast;
let web: postgres.Sql;
let mara: Authenticator;
let tomas: Authenticator;

beforeAll(async () => {
  cast = await openCast();
  web = postgres(cast.scenario.database.webUrl, { max: 2, onnotice: () => {} });
  mara = await enrolled(cast.scenario, actors.security);
  tomas = await enrolled(cast.scenario, actors.security2);
});
afterAll(async () => {
  await web.end();
  await cast.scenario.database.close();
});

type Asked = Awaited<ReturnType<Cast["asked"]>>;
const intents = async (): Promise<number> =>
  Number((await cast.scenario.database.admin`select count(*) as n from charter.intents`)[0]?.n);
const denied = async (): Promise<number> =>
  Number(
    (
      await cast.scenario.database.admin`
        select count(*) as n from charter.audit_entries where action in ('verdict.refused', 'acceptance.refused', 'ask.refused')`
    )[0]?.n,
  );

/** Says by SQL that a person gave a verdict; whether the database let it in. */
async function say(asked: Asked, person: string, of: { verdict?: string; stage?: number; assertion?: unknown }) {
  const { verdict = "approve", stage = 0, assertion = null } = of;
  const proof = assertion === null ? null : JSON.stringify(assertion);
  return web`
    insert into charter.verdicts (id, request, version, plan_digest, stage, person, verdict, reason, assertion)
    values (${randomUUID()}, ${asked.request}, ${asked.version}, ${asked.planDigest}, ${stage}, ${cast.scenario.id(person)},
      ${verdict}, '', ${proof}::text::jsonb)`.then(
    () => true,
    () => false,
  );
}
const accepts = (asked: Asked, assertion: string | null) => web`
  insert into charter.acceptances (id, request, version, plan_digest, person, assertion)
  values (${randomUUID()}, ${asked.request}, ${asked.version}, ${asked.planDigest}, ${cast.scenario.id("amara.obi")}, ${assertion}::text::jsonb)`;

/** A real gesture of a real person for another request, as a compromised page would get it. */
async function realGesture(key: Authenticator, person: string, verdict: "approve" | "deny" = "approve") {
  const asked = await cast.asked();
  const send = async (assertion?: Assertion) =>
    decide(await cast.as(person), { ...asked, stage: 0, verdict, reason: "It reaches too far.", assertion });
  return { asked, assertion: key.sign(await statementFrom(send)) };
}

describe("without a gesture for exactly this, nothing is released", () => {
  test("verdicts in everybody's name, and the owner's acceptance", async () => {
    const [asked, before, seen] = [await cast.asked(), await intents(), await denied()];
    for (const person of [actors.security, actors.security2]) await say(asked, person, {});
    await accepts(asked, null);
    await cast.scenario.settle();
    expect(await intents()).toBe(before);
    expect(await denied()).toBe(seen + 3);
  });

  test("gestures that were made for another request, and those that were used", async () => {
    const [asked, before] = [await cast.asked(), await intents()];
    const stolen = await realGesture(mara, actors.security);
    expect(await say(asked, actors.security, { assertion: stolen.assertion })).toBe(true);
    expect(await say(asked, actors.security2, { assertion: stolen.assertion }), "a challenge serves once").toBe(false);
    const denial = await realGesture(tomas, actors.security2, "deny");
    await say(denial.asked, actors.security2, { verdict: "approve", assertion: denial.assertion });
    await accepts(asked, JSON.stringify((await realGesture(mara, actors.security)).assertion));
    await cast.scenario.settle();
    expect(await intents()).toBe(before);
    for (const { request } of [asked, denial.asked])
      expect((await cast.scenario.state(request))?.state).toBe("awaiting-approval");
  });

  test("one gesture is one statement: it approves what it was made for, and only that", async () => {
    const { asked, assertion } = await realGesture(mara, actors.security);
    expect(await say(asked, actors.security, { assertion })).toBe(true);
    await cast.scenario.settle();
    const [row] = await cast.scenario.database.admin`
      select count(*) as n from charter.outcomes o join charter.verdicts v on o.subject = v.id::text
      where o.claim = 'verdicts' and o.result = 'taken' and v.request = ${asked.request}`;
    expect(Number(row?.n)).toBe(1);
  });
});

test("any byte of a gesture changed, and any JSON in its place, is refused and stops no worker", async () => {
  const before = await intents();
  const field = fc.constantFrom("credentialId", "authenticatorData", "clientDataJSON", "signature");
  await fc.assert(
    fc.asyncProperty(
      field,
      fc.nat(),
      fc.option(fc.jsonValue({ noUnicodeString: true }), { freq: 4 }),
      async (name, at, other) => {
        const { asked, assertion } = await realGesture(mara, actors.security);
        const bytes = Buffer.from(assertion[name], "base64url");
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ (1 << (at % 8));
        const { challengeId } = assertion;
        const forged =
          other === null ? { ...assertion, [name]: bytes.toString("base64url") } : { challengeId, [name]: other };
        await say(asked, actors.security, { assertion: forged });
        await cast.scenario.settle();
        const taken = await cast.scenario.database.admin`
        select 1 from charter.outcomes o join charter.verdicts v on o.subject = v.id::text
        where o.claim = 'verdicts' and o.result = 'taken' and v.request = ${asked.request}`;
        expect(taken, JSON.stringify(forged)).toHaveLength(0);
      },
    ),
    { numRuns: 12 },
  );
  expect(await intents()).toBe(before);
  expect(await cast.scenario.database.admin`select 1 from charter.inbox`).toHaveLength(0);
}, 240_000);

describe("what makes gestures is out of reach", () => {
  test.each([
    "insert into charter.passkeys default values",
    "update charter.passkeys set revoked_at = null",
    "delete from charter.passkeys",
    "select * from charter.challenges",
    "insert into charter.challenges (id, issued_at, expires_at) values ('a', now(), now() + interval '1 day')",
    "update charter.challenges set used_at = null",
    "select charter.take_challenge()",
  ])("%s", async (statement) => {
    await expect(web.unsafe(statement)).rejects.toThrow(/permission denied|can only be called/);
  });

  test("challenges cannot be guessed and are never the same", async () => {
    const rows = await web`select charter.issue_challenge() as id from generate_series(1, 50)`;
    expect(new Set(rows.map((row) => row.id)).size).toBe(50);
    expect(rows.every((row) => /^[0-9a-f]{64}$/.test(row.id))).toBe(true);
  });

  test("a key, an invitation or a second signature that the web says somebody gave", async () => {
    const [count] = await cast.scenario.database.admin`select count(*) as n, max(version) as v from charter.passkeys`;
    const [key] = await cast.scenario.database.admin`select id from charter.passkeys limit 1`;
    for (const person of [actors.security, actors.security2])
      for (const [kind, subject] of [
        ["invite-key", cast.scenario.id("amara.obi")],
        ["confirm-key", String(key?.id)],
        ["enrol-key", cast.scenario.id(person)],
        ["sign-bundle", "0".repeat(64)],
        ["toString", cast.scenario.id(person)],
      ] as const)
        await web`insert into charter.asks (id, kind, subject, person) values (${randomUUID()}, ${kind}, ${subject}, ${cast.scenario.id(person)})`;
    await cast.scenario.settle();
    const [after] = await cast.scenario.database.admin`select count(*) as n, max(version) as v from charter.passkeys`;
    expect(after).toEqual(count);
  });
});

test("the act that is signed names every field a plan's release hangs on", () => {
  const seen = { request: "r", version: 1, planDigest: "p", stage: 0, verdict: "approve" } as const;
  expect(Object.keys(verdictAct(seen)).sort()).toEqual([
    "kind",
    "planDigest",
    "request",
    "stage",
    "verdict",
    "version",
  ]);
});
