import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { preview } from "#lib/claims/requests/preview.ts";
import { digest } from "#lib/digest/digest.ts";
import type { Charter } from "#lib/domain/charter.ts";
import { releaseApproved } from "#lib/worker/release.ts";
import { actors, type Cast, deactivate, granted, inDays, openCast } from "../claims/cast.ts";
import { ledgerAnswers } from "../facts/scenario.ts";
import { toldBy } from "./told.ts";

// Level 1: the web is taken over and nobody has a key. It has the web's own database role and any SQL, and it speaks as any person
// who really signed in. Each clause of the threat model's sentence is tried as it is worded there, against a real worker.

let cast: Cast;
let web: postgres.Sql;

beforeAll(async () => {
  cast = await openCast();
  web = postgres(cast.scenario.database.webUrl, { max: 2, onnotice: () => {} });
});
afterAll(async () => {
  await web.end();
  await cast.scenario.database.close();
});

interface Forgery {
  readonly requester?: string;
  /** What the web says was sealed, in place of what its own form would have sealed. */
  readonly charter?: (honest: Charter) => object;
  readonly edits?: object;
  /** Who is said to approve. */
  readonly approvers?: readonly string[];
  readonly accepter?: string;
  readonly bucket?: string;
}

/** Says by SQL that a request was asked, approved by two of security and accepted by its owner; its id. */
async function forge(of: Forgery = {}): Promise<string> {
  const { scenario } = cast;
  const id = randomUUID();
  const requester = of.requester ?? scenario.id(actors.requester);
  const behind = { owner: scenario.id(actors.owner), backup: { person: scenario.id(actors.backup) } };
  const edits = { endsAt: inDays(60), ...behind, endsIt: scenario.id(actors.endsIt), ...of.edits };
  const need = { pack: "write-bucket", parameters: { bucket: of.bucket ?? `forged-${id.slice(0, 8)}` } };
  const seen = granted(await preview(scenario.as(actors.requester), { id, answers: ledgerAnswers({ edits, need }) }));
  if (seen.charter === null) throw new Error("There is no charter to forge from.");
  const [charter, { origins, planDigest }] = [of.charter?.(seen.charter) ?? seen.charter, seen];
  await web`insert into charter.requests (id, kind, requester, drafted_at) values (${id}, 'provision', ${requester}, now())`;
  await web`insert into charter.request_versions (request, version, charter, origins, change, digest, plan_digest, person)
    values (${id}, 1, ${JSON.stringify(charter)}::text::jsonb, ${JSON.stringify(origins)}::text::jsonb, '{}',
      ${digest({ charter: JSON.parse(JSON.stringify(charter)), origins, change: {} })}, ${planDigest}, ${requester})`;
  await scenario.inbox.drain();
  const [row] = await scenario.database.admin`select plan_digest from charter.request_states where request = ${id}`;
  const plan: string = row?.plan_digest ?? planDigest ?? "";
  for (const person of of.approvers ?? [scenario.id(actors.security), scenario.id(actors.security2)])
    await web`insert into charter.verdicts (id, request, version, plan_digest, stage, person, verdict, reason)
      values (${randomUUID()}, ${id}, 1, ${plan}, 0, ${person}, 'approve', '')`;
  await web`insert into charter.acceptances (id, request, version, plan_digest, person)
    values (${randomUUID()}, ${id}, 1, ${plan}, ${of.accepter ?? scenario.id(actors.owner)})`;
  return id;
}

const minted = async (request: string): Promise<number> =>
  (await cast.scenario.database.admin`select 1 from charter.intents where request = ${request}`).length;
const stateOf = async (request: string) => (await cast.scenario.state(request))?.state;

/** Forges it, lets the worker do all it would, and expects that nothing was made. What the worker said of it. */
async function comesToNothing(of: Forgery): Promise<string> {
  const id = await forge(of);
  await cast.scenario.settle();
  expect(await minted(id)).toBe(0);
  const rows = await cast.scenario.database.admin`
    select o.refusals from charter.outcomes o
    where o.result = 'refused' and (o.subject like ${`${id}%`} or o.subject in (select v.id::text from charter.verdicts v where v.request = ${id})
      or o.subject in (select a.id::text from charter.acceptances a where a.request = ${id}))`;
  return JSON.stringify(rows);
}

test("it can obtain what the active policy grants with those people's verdicts: that much is level 1's residue", async () => {
  const id = await forge();
  await cast.scenario.settle();
  expect(await stateOf(id)).toBe("provisioning");
  expect(await minted(id)).toBe(1);
});

describe("not what policy forbids", () => {
  test("a role that outlives every limit", async () => {
    expect(await comesToNothing({ edits: { endsAt: inDays(900) } })).toMatch(/refused-by-policy/);
  });
  test("what nobody is said to have approved", async () => {
    const id = await forge({ approvers: [] });
    await cast.scenario.settle();
    expect(await minted(id)).toBe(0);
    expect(await stateOf(id)).toBe("awaiting-approval");
  });
  test("a charter that is not what its plan's digest says", async () => {
    const id = await forge({ charter: (honest) => ({ ...honest, endsAt: inDays(30) }) });
    await cast.scenario.settle();
    expect(await minted(id)).toBe(0);
    expect(await stateOf(id)).toBe("resubmit");
  });
});

describe("not for invented people or roles", () => {
  test("a requester, approvers or an owner whom nobody knows", async () => {
    expect(await comesToNothing({ requester: randomUUID() })).toMatch(/not an active person/);
    expect(await comesToNothing({ approvers: [randomUUID(), randomUUID()] })).toMatch(/forbidden/);
    const owner = randomUUID();
    await comesToNothing({ charter: (honest) => ({ ...honest, owner }), accepter: owner });
  });
  test("approvers who do not hold the role, and the same approver twice", async () => {
    const { id } = cast.scenario;
    expect(await comesToNothing({ approvers: [id(actors.operator), await cast.id(actors.sameTeam)] })).toMatch(
      /does not hold/,
    );
    const request = await forge({ approvers: [id(actors.security)] });
    await expect(
      web`insert into charter.verdicts (id, request, version, plan_digest, stage, person, verdict, reason)
        select ${randomUUID()}, request, version, plan_digest, 0, ${id(actors.security)}, 'approve', '' from charter.verdicts where request = ${request}`,
    ).rejects.toThrow(/verdicts_once/);
  });
  test("somebody who left", async () => {
    await deactivate(cast.scenario, "dora.gone");
    const gone = await cast.id("dora.gone");
    expect(await comesToNothing({ requester: gone })).toMatch(/not an active person/);
    expect(await comesToNothing({ approvers: [gone] })).toMatch(/no longer active/);
  });
});

test("not off the configured targets", async () => {
  expect(await comesToNothing({ charter: (honest) => ({ ...honest, target: "evil-aws" }) })).toMatch(/target/i);
});

test("not above the caps", async () => {
  const { worker, inbox, database } = cast.scenario;
  const made = async () =>
    (await database.admin<{ n: number }[]>`select count(*)::int as n from charter.intents`)[0]?.n ?? 0;
  const before = await made();
  const mintsPerHour = before + 2;
  const targets = worker.config.targets.map((one) => ({ ...one, caps: { ...one.caps, mintsPerHour } }));
  const ids: string[] = [];
  for (let i = 0; i < 6; i += 1) ids.push(await forge());
  await inbox.drain();
  const capped = { ...worker, config: { ...worker.config, targets } };
  while ((await releaseApproved(capped)) > 0);
  expect((await made()) - before).toBe(2);
  const states = await Promise.all(ids.map(stateOf));
  expect(states.filter((state) => state === "approved")).toHaveLength(4);
});

test("not without notices: everybody in whose name it spoke is told, whatever the web says they chose", async () => {
  const { worker, database, id } = cast.scenario;
  await toldBy(worker);
  const people = [actors.requester, actors.owner, actors.security, actors.security2].map(id);
  for (const person of people)
    await web`insert into charter.preferences (person, name, value) values (${person}, 'notices', '{"in-your-name": "never", "outcome": "never"}')`;
  const request = await forge();
  await cast.scenario.settle();
  await toldBy(worker);
  const told = await database.admin`
    select distinct person from charter.notices where kind = 'in-your-name' and promised and path like ${`%${request}%`}`;
  expect(told.map(({ person }) => person).sort()).toEqual(people.sort());
});

test("not without notices either what needs no gesture: what it withdraws, mutes and attests, and nothing that it writes stops them", async () => {
  const { worker, database, id } = cast.scenario;
  const identity = await cast.questioned();
  const [waiting] = [await forge({ approvers: [] })];
  await toldBy(worker);
  const [finding, step] = [randomUUID(), randomUUID()];
  await database.admin`insert into charter.findings (id, kind, identity, target, object, sentence)
    values (${finding}, 'drift', ${identity}, 'payments-aws', ${finding}, 'It differs.')`;
  const asks: readonly (readonly [string, string, string])[] = [
    [actors.requester, "withdraw", waiting],
    [actors.security, "mute", finding],
    [actors.owner, "question", identity],
    [actors.operator, "check", "payments-aws"],
    // What no honest web would write.
    [actors.operator, "check", "'; drop table charter.notices"],
    [actors.operator, "retry", step],
    [actors.operator, "retry", "no id"],
    [actors.security2, "mute", ""],
    [actors.security2, "revoke-key", "nobody's"],
    [actors.security2, "no such kind", randomUUID()],
  ];
  for (const [person, kind, subject] of asks)
    await web`insert into charter.asks (id, kind, subject, person) values (${randomUUID()}, ${kind}, ${subject}, ${id(person)})`;
  const forged = randomUUID();
  await web`insert into charter.requests (id, kind, requester, drafted_at) values (${forged}, 'provision', ${id(actors.backup)}, now())`;
  await web`insert into charter.request_versions (request, version, charter, origins, change, digest, plan_digest, person)
    values (${forged}, 1, '{"owner": "no id", "name": 7}', '{}', '{}', '', '', ${id(actors.backup)})`;
  await web`insert into charter.answers (id, identity, round, person, answer, evidence, shown)
    values (${randomUUID()}, ${identity}, 1, ${id(actors.owner)}, 'keep', '', '{}')`;
  await cast.scenario.settle();
  expect(await stateOf(waiting)).toBe("withdrawn");
  await toldBy(worker);
  const told = await database.admin`
    select person, sentence, path from charter.notices where kind = 'in-your-name' and promised and person is not null
      and (sentence like 'It was asked%' or sentence like 'The question%')`;
  const of = (person: string) =>
    told.filter((row) => row.person === id(person)).map(({ sentence, path }) => `${path} ${sentence}`);
  expect(of(actors.requester)).toEqual([
    expect.stringMatching(`^/requests/${waiting} It was asked in your name to withdraw the request for `),
  ]);
  expect(of(actors.security)).toEqual([
    expect.stringMatching("^/findings It was asked in your name to mute a finding about "),
  ]);
  expect(of(actors.owner).sort()).toEqual([
    expect.stringMatching(`^/identities/${identity} It was asked in your name to ask the owner of `),
    expect.stringMatching(`^/identities/${identity} The question about .* was answered in your name: keep`),
  ]);
  expect(of(actors.operator)).toHaveLength(4);
  expect(of(actors.security2)).toHaveLength(2);
});

describe("not in another channel's name", () => {
  test("every entry of it says that the web said so, and that nothing but a session stands behind it", async () => {
    const id = await forge();
    await cast.scenario.settle();
    const rows = await cast.scenario.database.admin`
      select distinct channel, evidence from charter.audit_entries
      where noun in ('request', 'request-version', 'verdict', 'acceptance') and action ~ '[.](asked|sealed|given)$'
        and (aggregate like ${`${id}%`} or detail ->> 'request' = ${id})`;
    expect([...rows]).toEqual([{ channel: "charter_web", evidence: "session" }]);
  });
  test("as the worker, which asks without a person", async () => {
    const id = randomUUID();
    await expect(
      web`insert into charter.requests (id, kind, requester, drafted_at) values (${id}, 'retire', null, now())`,
    ).rejects.toThrow(/requests_of_the_web_have_a_requester/);
    await expect(
      web`insert into charter.requests (id, kind, requester, drafted_at, channel) values (${id}, 'retire', null, now(), 'charter_worker')`,
    ).rejects.toThrow(/permission denied/);
  });
});
