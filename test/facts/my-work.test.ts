import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readInventory } from "#db/read/inventory.ts";
import { readMyWork } from "#db/read/my-work.ts";
import { seeFinding } from "#db/store/findings.ts";
import { ask as remark } from "#lib/claims/comments/ask.ts";
import { askForLess } from "#lib/claims/comments/ask-for-less.ts";
import { inventoryFilter } from "#lib/web/address.ts";
import { findFindings } from "#lib/worker/sweeps/findings.ts";
import { days, openRecorded, type Recorded } from "./recorded.ts";
import { ask, judge, ledgerAnswers, type Scenario } from "./scenario.ts";

let recorded: Recorded;
let scenario: Scenario;
beforeAll(async () => {
  recorded = await openRecorded();
  scenario = recorded.scenario;
});
afterAll(() => scenario.database.close());
afterEach(async () => {
  await recorded.clear();
  await recorded.unguarded(
    (tx) =>
      tx`update charter.request_states set state = 'withdrawn' where state like 'awaiting%' or state = 'resubmit'`,
  );
});

const work = (person: string, expiringDays: number | null = 30) =>
  readMyWork(scenario.database.web, scenario.as(person).actor, { expiringDays });
const needsOf = async (person: string) => (await work(person)).needs.rows.map(({ id, kind }) => ({ id, kind }));
const asks = async (bucket: string) => {
  const request = await ask(
    scenario,
    "amara.obi",
    ledgerAnswers({ need: { pack: "write-bucket", parameters: { bucket } } }),
  );
  await scenario.settle();
  return request;
};

describe("an approval", () => {
  test("waits for who may give the verdict and for nobody else, until it is given; then it is among the decided", async () => {
    const request = await asks("one");
    expect(await needsOf("mara.lind")).toEqual([{ id: request, kind: "approve" }]);
    expect((await work("mara.lind")).needs).toMatchObject({ approvals: 1, questions: 0, others: 0 });
    for (const person of ["amara.obi", "ida.holm", "priya.shah"]) expect(await needsOf(person)).toEqual([]);
    await judge(scenario, "mara.lind", request, "deny");
    await scenario.settle();
    expect(await needsOf("mara.lind")).toEqual([]);
    expect((await work("mara.lind")).decided[0]).toMatchObject({ request, verdict: "deny", state: "denied" });
    expect((await work("tomas.vidal")).decided.map((row) => row.request)).not.toContain(request);
  });

  test("comes before another whose deadline is later, with what weighs most in its risk", async () => {
    const [late, soon] = [await asks("late"), await asks("soon")];
    const at = await recorded.inSeconds(3_600);
    await recorded.unguarded((tx) => tx`update charter.request_states set deadline = ${at} where request = ${soon}`);
    expect(await needsOf("mara.lind")).toEqual([
      { id: soon, kind: "approve" },
      { id: late, kind: "approve" },
    ]);
    const [first] = (await work("mara.lind")).needs.rows;
    expect(first?.hints.length).toBeGreaterThan(0);
  });
});

describe("a request of one's own", () => {
  test("needs its requester while the newest remark is somebody else's", async () => {
    const request = await asks("talk");
    expect(await needsOf("amara.obi")).toEqual([]);
    await remark(scenario.as("mara.lind"), { request, version: 1, text: "Which of the two buckets is it?" });
    await scenario.settle();
    expect(await needsOf("amara.obi")).toEqual([{ id: request, kind: "asked" }]);
    expect((await work("amara.obi")).needs.others).toBe(1);
    await remark(scenario.as("amara.obi"), { request, version: 1, text: "The first." });
    await scenario.settle();
    expect(await needsOf("amara.obi")).toEqual([]);
  });

  test("is asked for less", async () => {
    const request = await asks("less");
    const endsAt = (await recorded.inSeconds(60 * days)).slice(0, 10);
    const asked = await askForLess(scenario.as("mara.lind"), {
      ...{ request, version: 1, text: "Sixty days are enough.", drop: [], endsAt: `${endsAt}T00:00:00.000Z` },
    } as Parameters<typeof askForLess>[1]);
    expect(asked).toEqual({ ok: null });
    await scenario.settle();
    expect(await needsOf("amara.obi")).toEqual([{ id: request, kind: "less" }]);
  });

  test("is to be submitted again", async () => {
    const request = await asks("again");
    await recorded.unguarded(
      (tx) => tx`update charter.request_states set state = 'resubmit' where request = ${request}`,
    );
    expect(await needsOf("amara.obi")).toEqual([{ id: request, kind: "resubmit" }]);
    expect(await needsOf("jonas.kern")).toEqual([]);
  });
});

test("ownership that is offered needs who is asked, and not who offers", async () => {
  const request = await asks("offer");
  await recorded.unguarded(
    (tx) =>
      tx`update charter.request_states set state = 'awaiting-acceptance', accepter = ${scenario.id("jonas.kern")} where request = ${request}`,
  );
  expect(await needsOf("jonas.kern")).toEqual([{ id: request, kind: "accept" }]);
  expect(await needsOf("amara.obi")).toEqual([]);
});

test("a question stands among them by its due date, with its stage", async () => {
  const identity = await recorded.lives();
  const at = await recorded.inSeconds(days);
  await recorded.unguarded(
    (
      tx,
    ) => tx`insert into charter.questions (identity, every_days, opens_at, reminds_at, backup_at, due_at, stage, stage_at)
      values (${identity}, 90, ${at}, ${at}, ${at}, ${at}, 'reminded', ${at})`,
  );
  expect((await work("amara.obi")).needs).toMatchObject({
    rows: [{ id: identity, kind: "attest", stage: "reminded", deadline: at }],
    questions: 1,
  });
  expect(await needsOf("priya.shah")).toEqual([]);
});

describe("what differs at the targets", () => {
  const seen = async (kind: "missing" | "unregistered", object: string) =>
    seeFinding(
      scenario.worker.db,
      { id: randomUUID(), kind, identity: null, target: "payments-aws", object, sentence: "It is so.", evidence: {} },
      new Date(await recorded.inSeconds(0)),
    );

  test("is counted by kind for security and operators, without what is muted and what only the records show", async () => {
    await seen("missing", "a");
    await seen("missing", "b");
    await seen("unregistered", "c");
    const ahead = await recorded.inSeconds(days);
    await recorded.unguarded(async (tx) => {
      await tx`update charter.findings set muted_until = ${ahead} where object = 'b'`;
      await tx`insert into charter.findings (id, kind, target, object, sentence) values (${randomUUID()}, 'expiring', 't', 'd', 'It ends.')`;
    });
    for (const person of ["mara.lind", "ida.holm"]) {
      const { differing } = await work(person);
      expect(differing.kinds).toEqual([
        { kind: "missing", count: 1 },
        { kind: "unregistered", count: 1 },
      ]);
      expect(differing.rows.map(({ kind }) => kind).sort()).toEqual(["missing", "unregistered"]);
    }
    expect((await work("amara.obi")).differing).toEqual({ kinds: [], rows: [] });
  });
});

test("identities that end within 30 days are told to who stands behind them, with how many there are", async () => {
  const ends = await recorded.lives({ ends_at: await recorded.inSeconds(30 * days - 60) });
  await recorded.lives({ ends_at: await recorded.inSeconds(30 * days + 60) });
  const { ending } = await work("amara.obi");
  expect(ending.rows.map(({ id }) => id)).toEqual([ends]);
  expect(ending.total).toBe(1);
  expect((await work("priya.shah")).ending).toEqual({ rows: [], total: 0, days: 30 });
  const [row] = await scenario.worker.db.execute<{ n: number }>(
    sql`select count(*)::int as n from charter.identities where state = 'live'`,
  );
  expect(row?.n).toBe(2);
});

test("what ends soon is the same in the finding, under the tile and here, by the days of policy, and here with what has ended", async () => {
  const near = await recorded.inSeconds(20 * days);
  const soon = [await recorded.lives({ ends_at: near }), await recorded.lives({ ends_at: near, state: "suspended" })];
  await recorded.lives({ ends_at: await recorded.inSeconds(31 * days) });
  await recorded.lives({ ends_at: near, state: "retiring" });
  const past = await recorded.inSeconds(-days);
  const ended = [
    await recorded.lives({ ends_at: past }),
    await recorded.lives({ ends_at: past, state: "retiring", remove_at: near }),
  ];
  await findFindings(scenario.worker);
  const found = await scenario.worker.db.execute<{ identity: string }>(
    sql`select identity from charter.findings where kind = 'expiring' and closed_at is null`,
  );
  const filter = inventoryFilter(new URLSearchParams("tile=expiring"));
  const tile = await readInventory(scenario.database.web, scenario.as("amara.obi").actor, { filter, cursor: null });
  const mine = async (figure: number | null) =>
    (await work("amara.obi", figure)).ending.rows.map(({ id }) => id).sort();
  expect(found.map(({ identity }) => identity).sort()).toEqual([...soon].sort());
  expect(tile.rows.map(({ id }) => id).sort()).toEqual([...soon].sort());
  expect(await mine(30)).toEqual([...soon, ...ended].sort());
  expect(await mine(19)).toEqual([...ended].sort());
  expect(await mine(null)).toEqual([...ended].sort());
});

test("steps that are stuck are counted beyond the twenty that are shown", async () => {
  await recorded.unguarded(
    (tx) => tx`insert into charter.steps
      select (jsonb_populate_record(null::charter.steps, to_jsonb(s) || jsonb_build_object('id', gen_random_uuid(), 'ordinal', n, 'stuck_at', charter.clock(), 'state', 'ready'))).*
      from (select * from charter.steps limit 1) s cross join generate_series(100, 122) n`,
  );
  const { stuck } = await work("ida.holm");
  expect([stuck.rows.length, stuck.total]).toEqual([20, 23]);
  expect((await work("amara.obi")).stuck).toEqual({ rows: [], total: 0 });
  await recorded.unguarded((tx) => tx`delete from charter.steps where ordinal >= 100`);
});
