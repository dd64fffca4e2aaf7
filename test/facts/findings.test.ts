import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readFindingGroups, readFindings } from "#db/read/findings.ts";
import { decodeCursor } from "#db/read/keyset.ts";
import { seeFinding } from "#db/store/findings.ts";
import { mute, unmute } from "#lib/claims/findings/mute.ts";
import {
  findingKinds,
  type RecordFinding,
  recordFindings,
  remediesOf,
  severityOf,
  wordsOf,
} from "#lib/domain/finding.ts";
import { controls } from "#lib/policy/controls.ts";
import { findFindings } from "#lib/worker/sweeps/findings.ts";
import { days, openRecorded, type Recorded } from "./recorded.ts";
import type { Scenario } from "./scenario.ts";

let recorded: Recorded;
let scenario: Scenario;
beforeAll(async () => {
  recorded = await openRecorded();
  scenario = recorded.scenario;
});
afterAll(() => scenario.database.close());
beforeEach(() => recorded.clear());

const unguarded: Recorded["unguarded"] = (work) => recorded.unguarded(work);
const inSeconds: Recorded["inSeconds"] = (seconds) => recorded.inSeconds(seconds);
const lives: Recorded["lives"] = (changes, charter) => recorded.lives(changes, charter);
const leaves: Recorded["leaves"] = (...people) => recorded.leaves(...people);
const now = async () => new Date(await inSeconds(0)).getTime();
const sweep = () => findFindings(scenario.worker);

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly kind: string;
  readonly sentence: string;
  readonly evidence: Record<string, unknown>;
  readonly severity: number;
  readonly parts: unknown;
  readonly opened: string;
}
const open = async (identity: string) => [
  ...(await scenario.worker.db.execute<Row>(sql`
    select id, kind, sentence, evidence, severity, severity_parts as parts, opened_at::text as opened from charter.findings
    where identity = ${identity}::uuid and closed_at is null order by kind`)),
];
const kinds = async (identity: string) => (await open(identity)).map(({ kind }) => kind);

/** For each kind an identity just inside its limit and one just outside it. */
const limits: { readonly [K in RecordFinding]: () => Promise<{ readonly inside: string; readonly outside: string }> } =
  {
    unowned: async () => {
      await leaves("amara.obi", "nadia.berg");
      const backup = { backup_person: scenario.id("nadia.berg"), backup_team: null };
      const outside = await lives({ backup_person: scenario.id("jonas.kern"), backup_team: null });
      return { inside: await lives(backup), outside };
    },
    "owner-inactive": async () => {
      await leaves("amara.obi");
      const standing = { backup_person: scenario.id("jonas.kern"), backup_team: null };
      return { inside: await lives(standing), outside: await lives({ ...standing, owner: scenario.id("priya.shah") }) };
    },
    stale: async () => {
      const used = {
        use_answer: "used",
        first_use_at: await inSeconds(-300 * days),
        unused_since: await inSeconds(-100 * days),
      };
      return {
        inside: await lives({ ...used, stale_since: await inSeconds(-days) }),
        outside: await lives({ ...used, stale_since: null }),
      };
    },
    "never-used": async () => {
      const silent = { unused_since: await inSeconds(-100 * days) };
      return {
        inside: await lives({ ...silent, use_answer: "not-used", stale_since: await inSeconds(-days) }),
        outside: await lives({ ...silent, use_answer: "no-signal", stale_since: null }),
      };
    },
    expiring: async () => ({
      inside: await lives({ ends_at: await inSeconds(30 * days - 5) }),
      outside: await lives({ ends_at: await inSeconds(30 * days + 60) }),
    }),
    expired: async () => ({
      inside: await lives({ ends_at: await inSeconds(-1) }),
      outside: await lives({ ends_at: await inSeconds(60) }),
    }),
    unrotated: async () => {
      const inside = await lives(
        { credential: "static", connector: "other" },
        { rotation: { everyDays: 90, riskAnalysis: "" } },
      );
      const outside = await lives(
        { credential: "static", connector: "other" },
        { rotation: { everyDays: 90, riskAnalysis: "" } },
      );
      await issued(inside, await inSeconds(-90 * days - 1));
      await issued(outside, await inSeconds(-300 * days));
      await issued(outside, await inSeconds(-90 * days + 60));
      return { inside, outside };
    },
    "static-avoidable": async () => ({
      inside: await lives({ credential: "static" }),
      outside: await lives({ credential: "static", connector: "other" }),
    }),
    unattested: async () => {
      const [inside, outside] = [await lives(), await lives()];
      await asked(inside, "overdue");
      await asked(outside, "backup");
      return { inside, outside };
    },
    "exception-ending": async () => {
      const [inside, outside] = [await lives(), await lives()];
      await excepted(inside, await inSeconds(30 * days - 5));
      await excepted(outside, await inSeconds(30 * days + 60));
      return { inside, outside };
    },
  };

const issued = (identity: string, at: string) =>
  unguarded(
    (
      tx,
    ) => tx`insert into charter.credentials (id, identity, intent, external_id, vault, mount, path, vault_version, state, issued_at, ends_at)
      values (${randomUUID()}, ${identity}, ${randomUUID()}, ${randomUUID()}, 'v', 'm', 'p', 1, 'active', ${at}, ${at})`,
  );
const asked = (identity: string, stage: string) =>
  unguarded(
    (
      tx,
    ) => tx`insert into charter.questions (identity, every_days, opens_at, reminds_at, backup_at, due_at, stage, stage_at)
      select ${identity}, 90, t, t, t, t, ${stage}, t from charter.clock() t`,
  );
const excepted = (identity: string, endsAt: string) =>
  unguarded(
    (tx) => tx`insert into charter.exceptions (id, identity, request, request_version, reason, owner, ends_at)
      values (${randomUUID()}, ${identity}, ${randomUUID()}, 1, 'The batch system cannot federate yet.', ${scenario.id("amara.obi")}, ${endsAt})`,
  );

const all = { kind: "", severity: "", environment: "", target: "", team: "", owner: "", q: "", muted: "" };

const moves = (identity: string, row: Record<string, unknown>) =>
  unguarded((tx) => tx`update charter.identities set ${tx(row)} where id = ${identity}`);

describe("each kind", () => {
  test.each(recordFindings)(
    "%s is found inside its limit and not outside it, with severity and sentence",
    async (kind) => {
      const { inside, outside } = await limits[kind]();
      await sweep();
      const found = (await open(inside)).find((row) => row.kind === kind);
      const severity = severityOf(kind, { environment: "prod", risk: await riskOf(inside) });
      expect(found).toMatchObject({ severity: severity.points, parts: severity.parts });
      expect(found?.sentence).not.toMatch(/[{}]|undefined|null/);
      expect(Object.keys(found?.evidence ?? {})).toEqual(expect.arrayContaining([...wordsOf(kind).says]));
      expect(await kinds(outside)).not.toContain(kind);
    },
  );

  test.each(recordFindings)("%s is closed when it holds no more, and opened anew when it comes back", async (kind) => {
    const { inside } = await limits[kind]();
    await sweep();
    const first = (await open(inside)).find((row) => row.kind === kind);
    const removed = await inSeconds(7 * days);
    const moved = (state: string, removeAt: string | null) =>
      unguarded(
        (tx) => tx`update charter.identities set state = ${state}, remove_at = ${removeAt} where id = ${inside}`,
      );
    await moved("retiring", removed);
    await sweep();
    expect(await kinds(inside)).toEqual([]);
    await moved("live", null);
    await sweep();
    const again = (await open(inside)).find((row) => row.kind === kind);
    expect(again?.id).toBe(first?.id);
    expect(again?.opened).not.toBe(first?.opened);
  });

  /** What is so once a request of this kind is done. */
  const done: { readonly [kind: string]: (identity: string) => Promise<unknown> } = {
    suspend: (identity) => moves(identity, { state: "suspended" }),
    retire: async (identity) => moves(identity, { state: "retiring", remove_at: await inSeconds(7 * days) }),
    transfer: (identity) => moves(identity, { owner: scenario.id("priya.shah") }),
    renew: async (identity) => {
      const ends = await inSeconds(300 * days);
      await moves(identity, { ends_at: ends });
      await unguarded((tx) => tx`update charter.exceptions set ends_at = ${ends} where identity = ${identity}`);
    },
    rotate: async (identity) => issued(identity, await inSeconds(-1)),
  };
  const offered = recordFindings.flatMap((kind) => remediesOf(kind).map((remedy) => [kind, remedy] as const));

  test.each(offered)("%s is ended by what is offered: %s", async (kind, remedy) => {
    const { inside } = await limits[kind]();
    await sweep();
    expect(await kinds(inside)).toContain(kind);
    await done[remedy]?.(inside);
    await sweep();
    expect(await kinds(inside)).not.toContain(kind);
  });

  test("a retirement that has not disabled what is past its end ends nothing", async () => {
    const past = { state: "retiring", ends_at: await inSeconds(-days) };
    const stuck = await lives({ ...past, remove_at: null });
    const disabled = await lives({ ...past, remove_at: await inSeconds(7 * days) });
    const early = await lives({ ...past, remove_at: null, ends_at: await inSeconds(days) });
    await sweep();
    expect(await kinds(stuck)).toEqual(["expired"]);
    expect(await kinds(disabled)).toEqual([]);
    expect(await kinds(early)).toEqual([]);
  });

  test("says who, what and when in its sentence", async () => {
    await leaves("amara.obi", "nadia.berg");
    const nobody = await lives({ backup_person: scenario.id("nadia.berg"), backup_team: null });
    await sweep();
    expect((await open(nobody))[0]?.sentence).toBe(
      "Its owner Amara Obi has left, and nobody of its backup, Nadia Berg, is active.",
    );
  });

  test("a backup team stands in while one member is active", async () => {
    const [{ id: team } = { id: "" }] = await scenario.worker.db.execute<{ id: string }>(
      sql`select id from charter.teams where slug = 'payments'`,
    );
    const held = await lives({ backup_person: null, backup_team: team });
    await leaves("amara.obi");
    await sweep();
    expect(await kinds(held)).toEqual(["owner-inactive"]);
    await unguarded(
      (tx) =>
        tx`update charter.people set active = false where id in (select person from charter.team_members where team = ${team})`,
    );
    await sweep();
    expect(await kinds(held)).toEqual(["unowned"]);
  });

  test("a person is there while the login they count as is, whatever other logins they have", async () => {
    const backup = { backup_person: scenario.id("jonas.kern"), backup_team: null };
    const identity = await lives(backup);
    const other = randomUUID();
    await unguarded(
      (tx) => tx`insert into charter.people (id, issuer, subject, canonical, name, email, active)
        values (${other}, 'https://other', 'amara', ${scenario.id("amara.obi")}, 'Amara Obi', 'amara@other.example', true)`,
    );
    await leaves("amara.obi");
    await sweep();
    expect(await kinds(identity)).toEqual(["owner-inactive"]);
    await unguarded(async (tx) => {
      await tx`update charter.people set active = true where id = ${scenario.id("amara.obi")}`;
      await tx`update charter.people set active = false where id = ${other}`;
    });
    await sweep();
    expect(await kinds(identity)).toEqual([]);
    await unguarded((tx) => tx`delete from charter.people where id = ${other}`);
  });

  test("a static secret is not held against who has an exception in force", async () => {
    const identity = await lives({ credential: "static" });
    await excepted(identity, await inSeconds(100 * days));
    await sweep();
    expect(await kinds(identity)).toEqual([]);
  });
});

const riskOf = async (identity: string) => {
  const [row] = await scenario.worker.db.execute<{ risk: number }>(
    sql`select risk from charter.identities where id = ${identity}::uuid`,
  );
  return row?.risk ?? -1;
};

describe("a sweep", () => {
  test("writes nothing the second time", async () => {
    await lives({ ends_at: await inSeconds(10 * days) });
    expect(await sweep()).toBe(1);
    expect(await sweep()).toBe(0);
  });

  test("beside another finds each thing once, and neither fails", async () => {
    for (let n = 0; n < 60; n += 1)
      await lives({ ends_at: await inSeconds((1 + n / 10) * days), credential: "static" });
    await Promise.all([sweep(), sweep()]);
    const found = await scenario.worker.db.execute<{ kind: string; n: number }>(
      sql`select kind, count(*)::int as n from charter.findings where closed_at is null group by 1 order by 1`,
    );
    expect([...found]).toEqual([
      { kind: "expiring", n: 60 },
      { kind: "static-avoidable", n: 60 },
    ]);
    await unguarded((tx) => tx`update charter.identities set state = 'retired' where state = 'live'`);
    await Promise.all([sweep(), sweep()]);
    expect([
      ...(await scenario.worker.db.execute(sql`select 1 from charter.findings where closed_at is null`)),
    ]).toEqual([]);
  });

  test("of an empty inventory finds nothing and counts nought of every kind", async () => {
    await sweep();
    const rows = await scenario.worker.db.execute<{ value: number }>(
      sql`select value::int as value from charter.counters where scope = 'all'`,
    );
    expect(rows.map(({ value }) => value)).toEqual(findingKinds.map(() => 0));
  });

  test("weighs what the reconciler saw by its identity, and what concerns none by its kind", async () => {
    const identity = await lives();
    const seen = { target: "payments-aws", sentence: "It differs.", evidence: {} };
    const at = new Date(await now());
    await seeFinding(scenario.worker.db, { ...seen, id: randomUUID(), kind: "drifted", identity, object: "a" }, at);
    await seeFinding(
      scenario.worker.db,
      { ...seen, id: randomUUID(), kind: "unregistered", identity: null, object: "b" },
      at,
    );
    await sweep();
    expect((await open(identity))[0]?.severity).toBe(
      severityOf("drifted", { environment: "prod", risk: await riskOf(identity) }).points,
    );
    const [stray] = await scenario.worker.db.execute<{ severity: number }>(
      sql`select severity from charter.findings where identity is null`,
    );
    expect(stray?.severity).toBe(severityOf("unregistered", null).points);
    expect(await sweep()).toBe(0);
  });

  test("keeps a count for each day that it looks, in all and for the team, and tells how long ago that was", async () => {
    const identity = await lives({ ends_at: await inSeconds(10 * days) });
    await sweep();
    await scenario.database.setClock("9 days");
    await unguarded((tx) => tx`update charter.identities set state = 'retired' where id = ${identity}`);
    await sweep();
    const { id, roles, teams } = scenario.as("mara.lind").actor;
    const groups = await readFindingGroups(scenario.database.web, { id, roles, teams }, all);
    expect(groups.find(({ kind }) => kind === "expiring")?.trend).toEqual([
      { daysAgo: 9, value: 1 },
      { daysAgo: 0, value: 0 },
    ]);
    await scenario.database.setClock("0");
    const rows = await scenario.worker.db.execute<{ scope: string; value: number }>(sql`
      select case scope when 'all' then 'all' else 'team' end as scope, value::int as value from charter.counters where name = 'finding.expiring' order by day, 1`);
    expect([...rows]).toEqual([
      { scope: "all", value: 1 },
      { scope: "team", value: 1 },
      { scope: "all", value: 0 },
    ]);
  });
});

describe("a mute", () => {
  const reason = "The contract ends then anyway.";
  const found = async () => {
    const identity = await lives({ ends_at: await inSeconds(20 * days) });
    await sweep();
    return { identity, finding: (await open(identity))[0]?.id ?? "" };
  };
  const mutedUntil = async (finding: string) => {
    const [row] = await scenario.worker.db.execute<{ until: string | null }>(
      sql`select muted_until::text as until from charter.findings where id = ${finding}::uuid`,
    );
    return row?.until ?? null;
  };
  const counted = async () => {
    const [row] = await scenario.worker.db.execute<{ value: number }>(
      sql`select value::int as value from charter.counters where name = 'finding.expiring' and scope = 'all' order by day desc limit 1`,
    );
    return row?.value;
  };

  test("is refused to who neither owns it nor is security, and not found by who cannot see it", async () => {
    const { finding } = await found();
    const until = await inSeconds(days);
    expect(await mute(scenario.as("jonas.kern"), { finding, reason, until })).toMatchObject({
      refusals: [{ code: "forbidden" }],
    });
    expect(await mute(scenario.as("ida.holm"), { finding, reason, until })).toMatchObject({
      refusals: [{ code: "forbidden" }],
    });
    expect(await mute(scenario.as("priya.shah"), { finding, reason, until })).toMatchObject({
      refusals: [{ code: "not-found" }],
    });
  });

  test("has a reason, and an end ahead within 90 days", async () => {
    const { finding } = await found();
    const refused = async (change: { reason?: string; until?: string }) =>
      mute(scenario.as("amara.obi"), { finding, reason, until: await inSeconds(days), ...change });
    expect(await refused({ reason: "because" })).toMatchObject({ refusals: [{ field: "reason" }] });
    expect(await refused({ until: await inSeconds(-1) })).toMatchObject({ refusals: [{ field: "until" }] });
    expect(await refused({ until: await inSeconds(90 * days + 60) })).toMatchObject({ refusals: [{ field: "until" }] });
    expect(await refused({ until: await inSeconds(90 * days - 60) })).toEqual({ ok: null });
  });

  test.each(["amara.obi", "mara.lind"])(
    "by %s leaves the finding open, out of the count, and ends by itself",
    async (person) => {
      const { finding, identity } = await found();
      expect(await counted()).toBe(1);
      expect(await mute(scenario.as(person), { finding, reason, until: await inSeconds(days) })).toEqual({ ok: null });
      await scenario.settle();
      expect(await mutedUntil(finding)).not.toBeNull();
      await sweep();
      expect(await kinds(identity)).toEqual(["expiring"]);
      expect(await counted()).toBe(0);
      const [entry] = await scenario.worker.db.execute<{ action: string; detail: Record<string, unknown> }>(sql`
      select action, detail from charter.audit_entries where noun = 'ask' and action = 'ask.granted' and detail ->> 'subject' = ${finding}`);
      expect(entry?.detail).toMatchObject({ kind: "mute", finding: "expiring", reason, identity });
      await scenario.database.setClock("2 days");
      await sweep();
      await scenario.database.setClock("0");
      const [row] = await scenario.worker.db.execute<{ value: number }>(
        sql`select value::int as value from charter.counters where name = 'finding.expiring' and scope = 'all' order by day desc limit 1`,
      );
      expect(row?.value).toBe(1);
    },
  );

  test("ends when its owner says so", async () => {
    const { finding } = await found();
    await mute(scenario.as("amara.obi"), { finding, reason, until: await inSeconds(days) });
    await scenario.settle();
    expect(await unmute(scenario.as("jonas.kern"), { finding })).toMatchObject({ refusals: [{ code: "forbidden" }] });
    expect(await unmute(scenario.as("amara.obi"), { finding })).toEqual({ ok: null });
    await scenario.settle();
    expect(await mutedUntil(finding)).toBeNull();
  });

  const muted = async (finding: string) => {
    expect(await mute(scenario.as("amara.obi"), { finding, reason, until: await inSeconds(60 * days) })).toEqual({
      ok: null,
    });
    await scenario.settle();
    expect(await mutedUntil(finding)).not.toBeNull();
  };
  const ending = async (finding: string) => {
    const [row] = await scenario.worker.db.execute<{ ending: string | null }>(
      sql`select mute_ending as ending from charter.findings where id = ${finding}::uuid`,
    );
    return row?.ending ?? null;
  };
  test("lasts while the finding is the same, and ends with an entry once its evidence says something else", async () => {
    const { finding, identity } = await found();
    await muted(finding);
    await scenario.database.setClock("9 days");
    await sweep();
    await scenario.database.setClock("0");
    expect(await mutedUntil(finding)).not.toBeNull();
    await moves(identity, { ends_at: await inSeconds(25 * days) });
    await sweep();
    expect([await mutedUntil(finding), await ending(finding)]).toEqual([null, "changed"]);
    const [entry] = await scenario.worker.db.execute<{ actor: string; detail: Record<string, unknown> }>(sql`
      select e.actor, e.detail from charter.audit_entries e join charter.asks a on a.id::text = e.aggregate and a.subject = ${finding}
      where e.noun = 'ask' and e.action = 'ask.mute-ended'`);
    expect(entry).toMatchObject({ actor: "System", detail: { subject: finding, finding: "expiring", why: "changed" } });
    await muted(finding);
    expect(await ending(finding)).toBeNull();
    await sweep();
    expect(await mutedUntil(finding)).not.toBeNull();
  });

  test("ends when the finding had closed and comes back", async () => {
    const { finding, identity } = await found();
    await muted(finding);
    await moves(identity, { state: "retired" });
    await sweep();
    await moves(identity, { state: "live" });
    await sweep();
    expect([await mutedUntil(finding), await ending(finding)]).toEqual([null, "reopened"]);
  });

  test("of an idle one outlasts the days that go by, and ends with a use", async () => {
    const used = { use_answer: "used", first_use_at: await inSeconds(-300 * days) };
    const since = { unused_since: await inSeconds(-100 * days), stale_since: await inSeconds(-10 * days) };
    const identity = await lives({ ...used, ...since, last_used_at: await inSeconds(-100 * days) });
    await sweep();
    const finding = (await open(identity))[0]?.id ?? "";
    await muted(finding);
    await moves(identity, { unused_since: await inSeconds(-99 * days), stale_since: await inSeconds(-9 * days) });
    await sweep();
    expect(await mutedUntil(finding)).not.toBeNull();
    await moves(identity, { last_used_at: await inSeconds(-99 * days) });
    await sweep();
    expect([await mutedUntil(finding), await ending(finding)]).toEqual([null, "changed"]);
  });

  test("said by a web that was taken over is refused by the worker: a stranger's, a forged owner's end, a closed one's", async () => {
    const { finding } = await found();
    const say = async (person: string, detail: Record<string, unknown>) => {
      const id = randomUUID();
      await scenario.database.web.execute(sql`insert into charter.asks (id, kind, subject, person, detail)
        values (${id}::uuid, 'mute', ${finding}, ${scenario.id(person)}::uuid, ${JSON.stringify(detail)}::jsonb)`);
      await scenario.settle();
      const [row] = await scenario.worker.db.execute<{ result: string; refusals: { code: string }[] }>(
        sql`select result, refusals from charter.outcomes where claim = 'asks' and subject = ${id}`,
      );
      return `${row?.result} ${row?.refusals.map(({ code }) => code).join()}`;
    };
    const fine = { reason, until: await inSeconds(days) };
    expect(await say("priya.shah", fine)).toBe("refused forbidden");
    expect(await say("amara.obi", { reason, until: await inSeconds(4_000 * days) })).toBe("refused invalid");
    expect(await say("amara.obi", { reason })).toBe("refused invalid");
    await unguarded((tx) => tx`update charter.findings set closed_at = charter.clock() where id = ${finding}`);
    expect(await say("amara.obi", fine)).toBe("refused conflict");
    expect(await mutedUntil(finding)).toBeNull();
  });
});

describe("the list", () => {
  const seen = async (person: string, filter: Partial<typeof all> = {}) => {
    const { id, roles, teams } = scenario.as(person).actor;
    const viewer = { id, roles, teams };
    const names: string[] = [];
    for (let after: string | undefined, turn = 0; turn < 10; turn += 1) {
      const page = await readFindings(scenario.database.web, viewer, {
        filter: { ...all, ...filter },
        cursor: decodeCursor(after),
      });
      names.push(...page.rows.map(({ id }) => id));
      if (page.next === null) break;
      after = page.next;
    }
    const groups = await readFindingGroups(scenario.database.web, viewer, { ...all, ...filter });
    const counted = groups.filter(({ kind }) => !filter.kind || kind === filter.kind);
    return { ids: names, count: counted.reduce((sum, { count }) => sum + count.value, 0) };
  };

  test("is of identities in sight, its numbers are those of its rows, and what concerns no identity is for roles", async () => {
    await lives({ ends_at: await inSeconds(10 * days) });
    const at = new Date(await now());
    const stray = { id: randomUUID(), kind: "orphan", identity: null, object: "b", target: "payments-aws" } as const;
    await seeFinding(scenario.worker.db, { ...stray, sentence: "It is left.", evidence: {} }, at);
    await sweep();
    for (const [person, rows] of [
      ["mara.lind", 2],
      ["ida.holm", 2],
      ["amara.obi", 1],
      ["jonas.kern", 1],
      ["priya.shah", 0],
    ] as const) {
      const { ids, count } = await seen(person);
      expect([person, ids.length, count]).toEqual([person, rows, rows]);
    }
  });

  test("has every finding on exactly one of its pages, also where many weigh the same", async () => {
    for (let n = 0; n < 120; n += 1) await lives({ ends_at: await inSeconds((2 + n / 10) * days) });
    await sweep();
    const { ids } = await seen("mara.lind");
    expect(ids.length).toBe(120);
    expect(new Set(ids).size).toBe(120);
  });

  test("is narrowed by kind, severity, environment, target, team, owner, and what is muted", async () => {
    const soon = { ends_at: await inSeconds(10 * days) };
    await lives({ ...soon, risk: 100 });
    await lives({ ...soon, risk: 0, environment: "dev", owner: scenario.id("jonas.kern"), target: "data-aws" });
    await lives({ credential: "static" });
    await sweep();
    const numbers: Record<string, number> = {};
    for (const [name, filter] of Object.entries({
      all: {},
      kind: { kind: "expiring" },
      high: { severity: "high" },
      low: { severity: "low" },
      dev: { environment: "dev" },
      target: { target: "data-aws" },
      owner: { owner: scenario.id("jonas.kern") },
      team: { team: "payments" },
      otherTeam: { team: "data-platform" },
      unknown: { environment: "moon" },
      muted: { muted: "muted" },
    }))
      numbers[name] = (await seen("mara.lind", filter)).ids.length;
    const risk = await riskOf(recorded.template);
    const third = severityOf("static-avoidable", { environment: "prod", risk }).points;
    expect(numbers).toEqual({
      ...{ all: 3, kind: 2, high: third >= 60 ? 2 : 1, low: third < 40 ? 2 : 1, dev: 1, target: 1, owner: 1 },
      ...{ team: 3, otherTeam: 0, unknown: 3, muted: 0 },
    });
    const [first] = (await seen("mara.lind", { environment: "dev" })).ids;
    const reason = "It is known and planned for.";
    await mute(scenario.as("mara.lind"), { finding: first ?? "", reason, until: await inSeconds(days) });
    await scenario.settle();
    expect((await seen("mara.lind")).ids.length).toBe(2);
    expect((await seen("mara.lind", { muted: "muted" })).ids).toEqual([first]);
  });
});

test("every control that a finding names is one that rules may name", () => {
  expect(findingKinds.flatMap((kind) => wordsOf(kind).controls.filter((id) => !Object.hasOwn(controls, id)))).toEqual(
    [],
  );
});
