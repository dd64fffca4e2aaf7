import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertSignIn } from "#db/store/claims.ts";
import { linkPeople } from "#lib/facts/people/link.ts";
import { runFact } from "#lib/facts/run.ts";
import { createInbox, type Inbox } from "#lib/worker/inbox.ts";
import { issuer, openScenario, type Scenario } from "./scenario.ts";

let scenario: Scenario;
let inbox: Inbox;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
const seconds = (ago: number) => Math.floor(Date.now() / 1000) - ago;

beforeAll(async () => {
  scenario = await openScenario();
  keys = await generateKeyPair("ES256", { extractable: true });
  expect(await exportJWK(keys.publicKey)).toHaveProperty("x");
  inbox = createInbox({ ...scenario.worker, keys: async () => keys.publicKey, granted: async () => undefined });
});
afterAll(() => scenario.database.close());

const token = (claims: JWTPayload = {}): Promise<string> =>
  new SignJWT({
    iss: issuer,
    aud: "charter",
    sub: "demo-mara-lind",
    iat: seconds(0),
    exp: seconds(-300),
    groups: ["sec"],
    ...claims,
  })
    .setProtectedHeader({ alg: "ES256" })
    .sign(keys.privateKey);

/** Hands a token over as the web does; the refusal, or null when a person came of it. */
async function handOver(idToken: string): Promise<string | null> {
  const id = randomUUID();
  await insertSignIn(scenario.database.web, { id, idToken });
  await inbox.drain();
  const [row] = await scenario.worker.db.execute<{ person: string | null; refusal: string | null; token: string }>(sql`
    select r.person, r.refusal, s.id_token as token from charter.sign_in_results r join charter.sign_ins s on s.id = r.sign_in where r.sign_in = ${id}::uuid`);
  expect(row?.token).toBe("");
  expect(row?.person === null).toBe(row?.refusal !== null);
  return row?.refusal ?? null;
}

test.each([
  ["for another application", () => token({ aud: "other" }), "This sign-in was issued for another application."],
  [
    "for us and another, authorised for the other",
    () => token({ aud: ["charter", "other"], azp: "other" }),
    "This sign-in was issued for another application.",
  ],
  [
    "from another issuer",
    () => token({ iss: "https://evil.example" }),
    "This sign-in comes from an issuer that is not ours.",
  ],
  ["older than five minutes", () => token({ iat: seconds(310) }), "This sign-in has expired."],
  ["expired", () => token({ iat: seconds(200), exp: seconds(100) }), "This sign-in has expired."],
  [
    "without a signature",
    async () =>
      new UnsecuredJWT({ sub: "demo-mara-lind" })
        .setIssuer(issuer)
        .setAudience("charter")
        .setIssuedAt()
        .setExpirationTime("5m")
        .encode(),
    "This sign-in is signed in a way that is not accepted.",
  ],
  [
    "by another key",
    async () =>
      new SignJWT({ iss: issuer, aud: "charter", sub: "demo-mara-lind", iat: seconds(0), exp: seconds(-300) })
        .setProtectedHeader({ alg: "ES256" })
        .sign((await generateKeyPair("ES256")).privateKey),
    "This sign-in is not signed by our issuer.",
  ],
  ["that is no token", async () => "nonsense", "This sign-in cannot be read."],
])("a token %s is refused", async (_, make, sentence) => {
  expect(await handOver(await make())).toBe(sentence);
});

test("a good token makes person and roles, once: the same token again is refused", async () => {
  const good = await token();
  expect(await handOver(good)).toBeNull();
  expect(await handOver(good)).toBe("This sign-in was used before.");
  const held = await scenario.worker.db.execute(sql`
    select role from charter.person_roles where person = ${scenario.id("mara.lind")}::uuid and held`);
  expect(held).toEqual([{ role: "security" }]);
});

test("one token handed over many times at once is accepted once", async () => {
  const good = await token({ sub: "demo-ravi-menon", iat: seconds(1) });
  const ids = Array.from({ length: 8 }, () => randomUUID());
  for (const id of ids) await insertSignIn(scenario.database.web, { id, idToken: good });
  const other = createInbox({ ...scenario.worker, keys: async () => keys.publicKey, granted: async () => undefined });
  await Promise.all([inbox.drain(), other.drain()]);
  const accepted = await scenario.worker.db.execute(sql`
    select 1 from charter.sign_in_results where person = ${scenario.id("ravi.menon")}::uuid`);
  expect(accepted.length).toBe(1);
});

test("a token older than the person's last is refused", async () => {
  expect(await handOver(await token({ sub: "demo-ida-holm", iat: seconds(10) }))).toBeNull();
  expect(await handOver(await token({ sub: "demo-ida-holm", iat: seconds(60) }))).toBe(
    "A newer sign-in of this account was accepted already.",
  );
});

describe("a person claim", () => {
  const person = async (of: string) => {
    const [row] = await scenario.worker.db.execute<{ canonical: string }>(
      sql`select canonical from charter.people where id::text = ${of} or subject = ${of}`,
    );
    return row?.canonical;
  };
  /** As the inbox does, but that tokens carry an employee's number. */
  const claimed = async (sub: string, number: unknown, ago: number, refusal: string | null = null) => {
    const signIn = { ...scenario.worker.config.signIn, personClaim: "employee" };
    const config = { ...scenario.worker.config, signIn };
    const own = createInbox({
      ...scenario.worker,
      config,
      keys: async () => keys.publicKey,
      granted: async () => undefined,
    });
    const id = randomUUID();
    await insertSignIn(scenario.database.web, {
      id,
      idToken: await token({ sub, employee: number, iat: seconds(ago) }),
    });
    await own.drain();
    const [row] = await scenario.worker.db.execute<{ refusal: string | null }>(
      sql`select refusal from charter.sign_in_results where sign_in = ${id}::uuid`,
    );
    expect(row).toEqual({ refusal });
  };

  test("makes a second login the same person: a new one, and one that was known before the claim was", async () => {
    const priya = scenario.id("priya.shah");
    await claimed("demo-priya-shah", "4711", 20);
    await claimed("priya-admin", "4711", 19);
    expect(await person("priya-admin")).toBe(priya);
    expect(await handOver(await token({ sub: "priya-break-glass", iat: seconds(18) }))).toBeNull();
    expect(await person("priya-break-glass")).not.toBe(priya);
    await claimed("priya-break-glass", "4711", 17);
    expect(await person("priya-break-glass")).toBe(priya);
    expect(await scenario.entries("person", (await idOf("priya-break-glass")) ?? "")).toContain("person.linked");
  });

  test("is a number too, and one that cannot be read signs nobody in as a person of their own", async () => {
    await claimed("demo-ravi-menon", 4720, 0);
    await claimed("ravi-admin", "4720", 0);
    expect(await person("ravi-admin")).toBe(scenario.id("ravi.menon"));
    for (const unread of ["47\u000020", "4720\u202e", " 4720", ["4720"], "4".repeat(321)])
      await claimed("ravi-other", unread, 0, "Which person signs in cannot be read from the claim employee.");
    expect(await person("ravi-other")).toBeUndefined();
  });

  test("of somebody else joins nobody, and joined stays joined", async () => {
    await claimed("priya-break-glass", "4712", 15);
    expect(await person("priya-break-glass")).toBe(scenario.id("priya.shah"));
    await claimed("demo-amara-obi", "4713", 15);
    expect(await person("demo-amara-obi")).toBe(scenario.id("amara.obi"));
  });

  test("that joins somebody who owns identities to somebody who owns none keeps the owner", async () => {
    await claimed("demo-tomas-vidal", "4714", 15);
    await handOver(await token({ sub: "tomas-admin", iat: seconds(14) }));
    await own(scenario.database.admin, (await idOf("tomas-admin")) ?? "");
    const host = {
      ...scenario.worker,
      actor: { id: "host", evidence: "host" },
      subject: { noun: "person", id: "x" },
    } as const;
    const refused = await runFact(host, linkPeople, { issuer, subject: "tomas-admin", to: "demo-ida-holm" });
    expect(refused).toMatchObject({
      refusals: [{ code: "conflict", sentence: expect.stringMatching(/^tomas-admin stands behind 1 identity\./) }],
    });
    await claimed("tomas-admin", "4714", 13);
    expect(await person("tomas-admin")).toBe(await idOf("tomas-admin"));
    expect(await person("demo-tomas-vidal")).toBe(await idOf("tomas-admin"));
  });

  test("that joins two who own identities leaves both theirs", async () => {
    await claimed("demo-ida-holm", "4715", 8);
    await handOver(await token({ sub: "ida-admin", iat: seconds(7) }));
    const [one, other] = [(await idOf("demo-ida-holm")) ?? "", (await idOf("ida-admin")) ?? ""];
    await own(scenario.database.admin, one);
    await own(scenario.database.admin, other);
    await claimed("ida-admin", "4715", 6);
    const joined = await person("ida-admin");
    expect(await person("demo-ida-holm")).toBe(joined);
    const rows = await scenario.database.admin`
      select id, owner from charter.identities where owner in (${one}, ${other}) and name = 'n'`;
    expect(rows.map(({ owner }) => owner)).toEqual([joined, joined]);
    const entries = await Promise.all(rows.map(({ id }) => scenario.entries("identity", String(id))));
    expect(entries.flat()).toContain("identity.person-joined");
  });

  /** An identity of this owner, in the columns that say whose it is. */
  const own = (admin: postgres.Sql, owner: string) =>
    admin.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`
        insert into charter.identities (id, name, blueprint, connector, target, environment, state, purpose, service, team, owner, ends_it,
          classification, credential, ends_at, charter, charter_request, charter_version, object_name, owner_accepted_at, reach, risk, risk_parts)
        select id, 'n', 'b', 'c', 't', 'dev', 'live', 'p', id, id, ${owner}, id, 'internal', 'federated', now(), '{}', id, 1, id, now(), '{}', 0, '[]' from (select gen_random_uuid() as id) x`;
    });
  const idOf = async (subject: string) =>
    (await scenario.worker.db.execute<{ id: string }>(sql`select id from charter.people where subject = ${subject}`))[0]
      ?.id;
});

test("a newcomer's verified address finds the directory's person who never signed in; an unverified one does not", async () => {
  await scenario.worker.db.transaction(async (tx) => {
    await tx.execute(
      sql`update charter.people set subject = null, version = version + 1 where id = ${scenario.id("nadia.berg")}::uuid`,
    );
    const entry = {
      noun: "person",
      id: scenario.id("nadia.berg"),
      version: 2,
      actor: "test",
      evidence: "worker",
      action: "person.changed",
      detail: {},
    };
    await tx.execute(sql`select charter.audit_append(${JSON.stringify([entry])}::jsonb)`);
  });
  const email = "nadia.berg@acme.example";
  expect(await handOver(await token({ sub: "somebody", email, email_verified: false, iat: seconds(5) }))).toBeNull();
  expect(await handOver(await token({ sub: "nadia", email, email_verified: true, iat: seconds(5) }))).toBeNull();
  const logins = await scenario.worker.db.execute(
    sql`select id, subject from charter.people where subject in ('somebody', 'nadia')`,
  );
  expect(logins.find(({ subject }) => subject === "nadia")?.id).toBe(scenario.id("nadia.berg"));
  expect(logins.find(({ subject }) => subject === "somebody")?.id).not.toBe(scenario.id("nadia.berg"));
});

describe("what an identity provider lets people write of themselves", () => {
  const nameOf = async (subject: string) =>
    (
      await scenario.worker.db.execute<{ name: string; email: string }>(
        sql`select name, email from charter.people where subject = ${subject}`,
      )
    )[0];

  test.each([
    ["a NUL", "Mallory\u0000 Lind", "Mallory Lind"],
    ["half a character", "Mallory \ud800Lind", "Mallory Lind"],
    ["line breaks and tabs", "Mallory\r\n\tLind", "Mallory Lind"],
    ["another reading order", "Mallory \u202edniL\u2066", "Mallory dniL"],
    ["no end", "Mallory ".repeat(40), `${"Mallory ".repeat(24)}Mallory`],
    ["nothing that can be seen", "\u0000\u202e", null],
  ])("a name with %s is one plain line, and its token is taken out of the database", async (what, name, plain) => {
    const sub = `mallory ${what}`;
    expect(await handOver(await token({ sub, name, preferred_username: 7 }))).toBeNull();
    expect((await nameOf(sub))?.name).toBe(plain ?? sub);
  });

  test.each(["mallory@acme.example\u0000", "mallory\u202e@acme.example", "\ud800@acme.example"])(
    "an address like %j is none",
    async (email) => {
      const sub = `address ${encodeURIComponent(email.toWellFormed())}`;
      expect(await handOver(await token({ sub, email, email_verified: true }))).toBeNull();
      expect((await nameOf(sub))?.email).toBe("");
    },
  );

  test.each(["a\u0000b", "a\ud800b", "a\nb", "a\u202eb", "a".repeat(256), " a"])(
    "a subject like %j names nobody",
    async (sub) => expect(await handOver(await token({ sub }))).toBe("This sign-in names nobody."),
  );
});
