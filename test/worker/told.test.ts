import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lockIdentity } from "#db/store/identities.ts";
import { takeDue } from "#db/store/notices.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { accept } from "#lib/claims/acceptances/accept.ts";
import { raise } from "#lib/facts/requests/raise.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { configSchema } from "#lib/worker/config.ts";
import { tellEndings } from "#lib/worker/sweeps/tell.ts";
import { actors, type Cast, granted, openCast } from "../claims/cast.ts";
import { judge } from "../facts/scenario.ts";
import { toldBy } from "../security/told.ts";

// Who is told of what happens to an identity and its work: the owner Amara, the backup Nadia or a team in her place, Priya who ends
// it, Jonas who asked, Ida who operates.

let cast: Cast;
let identity: string;
let stuck: { readonly id: string; readonly intent: string };
let team: readonly string[];

beforeAll(async () => {
  cast = await openCast();
  const { admin } = cast.scenario.database;
  identity = await cast.questioned();
  const request = await cast.stuck();
  const [step] = await admin<{ id: string; intent: string }[]>`
    select s.id, s.intent from charter.steps s join charter.intents i on i.id = s.intent where i.request = ${request} and s.ordinal = 0`;
  if (step === undefined) throw new Error("There is no step.");
  stuck = step;
  const rows = await admin<{ name: string }[]>`
    select split_part(p.email, '@', 1) as name from charter.team_members m join charter.people p on p.id = m.person
    join charter.teams t on t.id = m.team where t.slug = 'payments' and m.member and p.active`;
  team = rows.map(({ name }) => name);
  await toldBy(cast.scenario.worker);
});
afterAll(() => cast.scenario.database.close());

async function behind(changes: { readonly team?: boolean; readonly left?: boolean }): Promise<void> {
  await cast.scenario.database.admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`update charter.identities set
      backup_person = ${changes.team ? null : cast.scenario.id(actors.backup)},
      backup_team = case when ${changes.team ?? false} then (select id from charter.teams where slug = 'payments') end where id = ${identity}`;
    await tx`update charter.people set active = ${!changes.left} where id = ${cast.scenario.id(actors.owner)}`;
  });
}

/** Records an entry as the worker would, has it told, and answers who was: kind, names, and one of the sentences. */
async function told(entry: Entry) {
  const { worker, database } = cast.scenario;
  const [before] = await database.admin`select coalesce(max(at), 'epoch')::text as at from charter.notices`;
  const context = { db: worker.db, newId: randomUUID, actor: system, subject: { noun: entry.noun, id: entry.id } };
  await runFact(context, async (work) => ({ ok: await work.record(null, entry) }), null);
  await toldBy(worker);
  const rows = await database.admin<{ kind: string; sentence: string; path: string; name: string }[]>`
    select n.kind, n.sentence, n.path, split_part(p.email, '@', 1) as name from charter.notices n join charter.people p on p.id = n.person
    where n.at > ${before?.at}::text::timestamptz order by 4`;
  return { kind: rows[0]?.kind, names: rows.map(({ name }) => name), sentence: rows[0]?.sentence, path: rows[0]?.path };
}

let version = 1_000;
function next() {
  version += 1;
  return { version, detail: {} };
}
const ofQuestion = (stage: string): Entry => ({
  noun: "question",
  id: identity,
  action: `question.${stage}`,
  ...next(),
});
const ofIdentity = (verb: string): Entry => ({ noun: "identity", id: identity, action: `identity.${verb}`, ...next() });
const sorted = (...names: readonly string[]) => [...new Set(names)].sort();
const { owner, backup, endsIt, operator, requester } = actors;

/** Begins the next round, so that each row of the tables is news. */
const nextRound = () =>
  cast.scenario.database.admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`update charter.questions set round = round + 1 where identity = ${identity}`;
  });

describe("a question", () => {
  test.each([
    ["asked", [owner], /has a question for its owner/],
    ["reopened", [owner], /has its question again/],
    ["reminded", [owner], /still waits/],
    ["backup-asked", [owner, backup], /its backup may answer now/],
    ["overdue", [owner, backup], /is overdue/],
  ])("%s: who may answer then", async (stage, people, words) => {
    await behind({});
    await nextRound();
    const expected = { kind: "question", names: sorted(...people), sentence: expect.stringMatching(words) };
    expect(await told(ofQuestion(stage))).toEqual({ ...expected, path: `/attestations?q=${identity}` });
  });
  test("whose backup is a team: everybody in it, once each", async () => {
    await behind({ team: true });
    await nextRound();
    expect(team.length).toBeGreaterThan(1);
    expect((await told(ofQuestion("backup-asked"))).names).toEqual(sorted(owner, ...team));
  });
  test.each(["asked", "reminded"])(
    "%s where the owner has left: the backup as well, who may answer at once",
    async (stage) => {
      await behind({ left: true });
      await nextRound();
      expect((await told(ofQuestion(stage))).names).toEqual(sorted(owner, backup));
      await behind({});
    },
  );
});

describe("what takes power away", () => {
  test.each([
    ["suspended", "taken-away", /was suspended/],
    ["rotated", "taken-away", /was given a new credential/],
    ["access-changed", "taken-away", /was given other access/],
    ["retirement-started", "taken-away", /is being retired/],
    ["retired", "ending", /was removed/],
  ])("%s: owner, backup and who ends it", async (verb, kind, words) => {
    await behind({});
    const expected = { kind, names: sorted(owner, backup, endsIt), sentence: expect.stringMatching(words) };
    expect(await told(ofIdentity(verb))).toEqual({ ...expected, path: `/identities/${identity}` });
  });
  test("a key that nobody recorded, by its id", async () => {
    await behind({});
    const { worker, database } = cast.scenario;
    await worker.db.transaction(async (tx) => {
      const row = await lockIdentity(tx, identity);
      if (row === null) throw new Error("It is gone.");
      const change = { reason: "Somebody made a key.", strangers: ["AKIASTRANGE"] };
      const { installation } = worker;
      await raise({ tx, now: new Date() }, { kind: "suspend", identity: row, cause: "strange", change, installation });
    });
    const [request] =
      await database.admin`select id from charter.requests where identity = ${identity} and kind = 'suspend'`;
    const suspended: Entry = { ...ofIdentity("suspended"), detail: { request: request?.id } };
    expect((await told(suspended)).sentence).toMatch(
      /was suspended for a key that nobody recorded, .*: AKIASTRANGE\.$/,
    );
  });
  test("of an identity whose backup is a team: everybody in it", async () => {
    await behind({ team: true });
    const suspended: Entry = { ...ofIdentity("suspended"), detail: { request: randomUUID() } };
    expect((await told(suspended)).names).toEqual(sorted(owner, ...team, endsIt));
  });
});

describe("stuck work", () => {
  const step = (action: "step.stuck" | "step.undoing"): Entry => ({
    ...{ noun: "step", id: stuck.id, action },
    ...{ ...next(), detail: { intent: stuck.intent } },
  });
  test("is told once to who asked and to operators, and anew where taking it back is stuck too", async () => {
    const people = sorted(requester, operator);
    expect(await told(step("step.stuck"))).toMatchObject({ kind: "stuck", names: people });
    expect((await told(step("step.stuck"))).names).toEqual([]);
    expect((await told(step("step.undoing"))).names).toEqual([]);
    const again = await told(step("step.stuck"));
    expect(again).toMatchObject({ names: people, sentence: expect.stringMatching(/^Taking back work on .* is stuck/) });
  });
});

test("ownership is offered to who is asked to accept it, and is over once they have", async () => {
  const { scenario } = cast;
  const { request, ...seen } = await cast.asked();
  for (const person of [actors.security, actors.security2]) {
    if ((await scenario.state(request))?.state === "awaiting-approval") granted(await judge(scenario, person, request));
    await scenario.settle();
  }
  await toldBy(scenario.worker);
  const offered = async () => {
    const due = await takeDue(scenario.worker.db, { receivers: 100, leaseMs: 0 });
    return due.filter(({ kind, path }) => kind === "ownership" && path === `/requests/${request}`);
  };
  const sentence = expect.stringMatching(/waits for its owner to accept it\.$/);
  expect(await offered()).toMatchObject([{ person: scenario.id(owner), sentence, over: false }]);
  granted(await accept(await cast.as(owner), { request, ...seen }));
  await scenario.settle();
  expect(await offered()).toMatchObject([{ person: scenario.id(owner), over: true }]);
});

test("more ends that come near than one page holds are looked at once, though nobody configured hears of ends", async () => {
  const { worker, database } = cast.scenario;
  await database.admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`create temporary table copied on commit drop as select * from charter.identities where id = ${identity}`;
    for (let at = 0; at < 201; at += 1) {
      await tx`update copied set id = gen_random_uuid(), name = ${`ends-${at}`}, object_name = ${`ends-${at}`}, state = 'live', ends_at = charter.clock() + interval '3 days'`;
      await tx`insert into charter.identities select * from copied`;
    }
  });
  const webhook = { url: "http://127.0.0.1:9/", signs: "env:NONE" };
  const { mail, webhooks } = configSchema.parse({
    ...JSON.parse(JSON.stringify(worker.config)),
    webhooks: [
      { ...webhook, name: "first", kinds: ["approval"] },
      { ...webhook, name: "second", kinds: ["ending"] },
    ],
  });
  const teller = (of: typeof webhooks) => ({ ...worker, config: { ...worker.config, mail, webhooks: of } });
  expect(await tellEndings(teller(webhooks.slice(0, 1)))).toBe(0);
  expect(await tellEndings(teller(webhooks))).toBeGreaterThan(200);
  expect(await tellEndings(teller(webhooks))).toBe(0);
});
