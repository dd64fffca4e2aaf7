import { randomUUID } from "node:crypto";
import fc from "fast-check";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accept } from "#lib/claims/acceptances/accept.ts";
import { decide } from "#lib/claims/verdicts/decide.ts";
import { digest } from "#lib/digest/digest.ts";
import type { Assertion } from "#lib/domain/signature.ts";
import { verdictAct } from "#lib/judgement/signed.ts";
import { actors, type Cast, openCast } from "../claims/cast.ts";
import { enrolled, invited, made, statementFrom } from "../facts/keys.ts";
import type { Authenticator } from "../support/authenticator.ts";
import { anyStatement, type Known } from "./statements.ts";
import { toldBy } from "./told.ts";

// Level 2: the web is taken over and keys are enrolled. It has the web's own database role, any SQL, every session, and every
// gesture that was really made. It tries to have a production identity released that nobody signed for. What the threat model says
// it may do all the same is tried too: each real gesture is worth one statement of its choice.

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
  // What waits for another claim is taken once that was.
  const waiting = async () => {
    await cast.scenario.settle();
    return (await cast.scenario.database.admin`select claim, subject from charter.inbox`).length;
  };
  await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
}, 240_000);

describe("each real gesture made on a compromised page may be spent on another statement, and on one alone", () => {
  let amara: Authenticator;
  beforeAll(async () => {
    await invited(cast.scenario, actors.owner, [
      [actors.security, mara],
      [actors.security2, tomas],
    ]);
    amara = await made(cast.scenario, actors.owner);
    // A day without a second signature makes it usable too; here the clock stands in for it.
    await cast.scenario.database.admin.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`update charter.passkeys set usable_from = now() where credential_id = ${amara.credentialId}`;
    });
  });

  /** The people's keys sign what the page gives them, which is not what it shows. */
  async function spent(on: Asked, of: { owner: boolean; approvers: readonly (readonly [string, Authenticator])[] }) {
    for (const [person, key] of of.approvers) {
      const send = async (assertion?: Assertion) =>
        decide(await cast.as(person), { ...on, stage: 0, verdict: "approve", reason: "", assertion });
      await say(on, person, { assertion: key.sign(await statementFrom(send)) });
      await cast.scenario.inbox.drain();
      if ((await cast.scenario.state(on.request))?.state !== "awaiting-approval") break;
    }
    if (of.owner) {
      const send = async (assertion?: Assertion) => accept(await cast.as(actors.owner), { ...on, assertion });
      await accepts(on, JSON.stringify(amara.sign(await statementFrom(send))));
    }
    await cast.scenario.settle();
  }
  const both = () =>
    [
      [actors.security, mara],
      [actors.security2, tomas],
    ] as const;

  test("with all the gestures that its policy asks for, one identity; with any of them missing, none", async () => {
    for (const of of [
      { owner: false, approvers: both() },
      { owner: true, approvers: [] },
    ]) {
      const [asked, before] = [await cast.asked(), await intents()];
      await spent(asked, of);
      expect(await intents()).toBe(before);
    }
    const [asked, other, before] = [await cast.asked(), await cast.asked(), await intents()];
    await spent(asked, { owner: true, approvers: both() });
    expect(await intents()).toBe(before + 1);
    const used = await web`select person, verdict, assertion from charter.verdicts where request = ${asked.request}`;
    for (const { person, assertion } of used)
      await web`insert into charter.verdicts (id, request, version, plan_digest, stage, person, verdict, reason, assertion)
        values (${randomUUID()}, ${other.request}, 1, ${other.planDigest}, 0, ${person}, 'approve', '', ${JSON.stringify(assertion)}::text::jsonb)`.catch(
        () => undefined,
      );
    await cast.scenario.settle();
    expect(await intents()).toBe(before + 1);
    expect((await cast.scenario.state(other.request))?.state).toBe("awaiting-approval");
  });

  test("what was signed for one version is not worth another that the web seals in its place", async () => {
    const [asked, before] = [await cast.asked(), await intents()];
    const send = async (assertion?: Assertion) =>
      decide(await cast.as(actors.security), { ...asked, stage: 0, verdict: "approve", reason: "", assertion });
    const assertion = mara.sign(await statementFrom(send));
    const [sealed] = await web`select charter, origins from charter.request_versions where request = ${asked.request}`;
    const charter = { ...sealed?.charter, purpose: "Nightly ledger snapshots for somebody else altogether." };
    const { origins } = sealed ?? {};
    await web`insert into charter.request_versions (request, version, charter, origins, change, digest, plan_digest, person)
      values (${asked.request}, 2, ${JSON.stringify(charter)}::text::jsonb, ${JSON.stringify(origins)}::text::jsonb, '{}',
        ${digest({ charter, origins, change: {} })}, ${asked.planDigest}, ${cast.scenario.id(actors.requester)})`;
    await cast.scenario.inbox.drain();
    const [now] =
      await web`select request_version, plan_digest from charter.request_states where request = ${asked.request}`;
    const second = { ...asked, version: 2, planDigest: String(now?.plan_digest) };
    await say(second, actors.security, { assertion });
    await accepts(second, null);
    await cast.scenario.settle();
    expect(await intents()).toBe(before);
  });

  test("two gestures spent on an invitation make a key that signs nothing for a day, and that security and its person are told of", async () => {
    const { database, worker, id } = cast.scenario;
    await toldBy(worker);
    await invited(cast.scenario, actors.backup, [
      [actors.security, mara],
      [actors.security2, tomas],
    ]);
    const hostile = await made(cast.scenario, actors.backup);
    const usable = () =>
      database.admin`select 1 from charter.passkeys where credential_id = ${hostile.credentialId} and usable_from <= charter.clock()`;
    await database.setClock("23 hours 59 minutes");
    expect(await usable()).toHaveLength(0);
    await database.setClock("0");
    await toldBy(worker);
    const told = await database.admin`
      select distinct person from charter.notices where key like '%:enrolled:%' and promised`;
    const people = [actors.security, actors.security2, actors.backup].map(id);
    expect(told.map(({ person }) => person)).toEqual(expect.arrayContaining(people));
  });
});

test("whatever is made of the grants, with real people, requests and gestures, makes no identity and no key", async () => {
  const [open, mine] = [await cast.asked(), await realGesture(mara, actors.security)];
  const denial = await realGesture(tomas, actors.security2, "deny");
  const [keys] = await cast.scenario.database
    .admin`select count(*) as n, md5(string_agg(id::text || credential_id, '' order by id)) as all from charter.passkeys`;
  const before = await intents();
  const known: Known = {
    requests: [open, mine.asked, denial.asked],
    people: [actors.security, actors.security2, actors.owner, actors.requester].map(cast.scenario.id),
    gestures: [mine.assertion, denial.assertion],
  };
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(anyStatement(known), async (statement) => {
      const done = await web.unsafe(statement).then(
        () => null,
        (error) => String(error.code),
      );
      // Nothing that a web role says may be a fault of ours: it is refused by a right, a constraint, a type.
      if (done === null) taken += 1;
      else expect(done, statement).toMatch(/^(22|23|42501)/);
    }),
    { numRuns: 300 },
  );
  expect(taken).toBeGreaterThan(60);
  await cast.scenario.settle();
  expect(await intents()).toBe(before);
  const [after] = await cast.scenario.database
    .admin`select count(*) as n, md5(string_agg(id::text || credential_id, '' order by id)) as all from charter.passkeys`;
  expect(after).toEqual(keys);
  // What waits for another claim is taken once that was.
  const waiting = async () => {
    await cast.scenario.settle();
    return (await cast.scenario.database.admin`select claim, subject from charter.inbox`).length;
  };
  await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
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
