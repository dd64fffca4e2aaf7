import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readDebtHistory } from "#db/read/debt.ts";
import { readIdentityPage } from "#db/read/identity.ts";
import { readInventory } from "#db/read/inventory.ts";
import { seeFinding } from "#db/store/findings.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { debtCauses, debtFigures, debtGroups, debtOf as debtTotal, policyFindings } from "#lib/domain/debt.ts";
import { fourAnswers } from "#lib/domain/four-answers.ts";
import { keepDebt } from "#lib/worker/sweeps/debt.ts";
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
beforeEach(async () => {
  await recorded.clear();
  await recorded.unguarded((tx) => tx`update charter.services set decommissioned = false`);
});

const sweep = () => keepDebt(scenario.worker);
/** A pass that looks at suspects alone: the day is counted already. */
const later = async (work: () => Promise<unknown>) => {
  await sweep();
  await work();
  await sweep();
};

interface Debt extends Record<string, unknown> {
  readonly cause: string;
  readonly since: string;
  readonly causes: string;
}
const debtOf = async (identity: string): Promise<Debt | null> => {
  const [row] = await scenario.worker.db.execute<Debt>(sql`
    select cause, to_json(since) #>> '{}' as since, concat_ws(' ', case when who_since is not null then 'who' end, case when why_since is not null then 'why' end,
      case when reach_since is not null then 'reach' end, case when end_since is not null then 'end' end, case when policy_since is not null then 'policy' end) as causes
    from charter.debts where identity = ${identity}::uuid`);
  return row ?? null;
};
const figure = async (name: string, scope = "all", day = "today") => {
  const [row] = await scenario.worker.db.execute<{ value: string }>(sql`
    select value from charter.counters where name = ${name} and scope = ${scope}
    order by day ${day === "today" ? sql`desc` : sql`asc`} limit 1`);
  return row === undefined ? null : Number(row.value);
};

/** For each way to be outside an identity just beyond its limit and one just within it. */
const limits: {
  readonly [cause: string]: () => Promise<{ readonly out: string; readonly fine: string; readonly cause: string }>;
} = {
  "its owner has left": async () => {
    await recorded.leaves("amara.obi");
    return {
      cause: "who",
      out: await recorded.lives({ ends_it: scenario.id("jonas.kern") }),
      fine: await recorded.lives({ owner: scenario.id("jonas.kern"), ends_it: scenario.id("jonas.kern") }),
    };
  },
  "its service is decommissioned": async () => {
    const [service] = await scenario.worker.db.execute<{ id: string }>(sql`
      select id from charter.services where id <> (select service from charter.identities limit 1) limit 1`);
    await recorded.unguarded(
      (tx) => tx`update charter.services set decommissioned = true where id = ${service?.id ?? ""}`,
    );
    return { cause: "why", out: await recorded.lives({ service: service?.id }), fine: await recorded.lives() };
  },
  "it was not read back for 48 hours": async () => ({
    cause: "reach",
    out: await recorded.lives({ observed_at: await recorded.inSeconds(-2 * days - 5) }),
    fine: await recorded.lives({ observed_at: await recorded.inSeconds(-2 * days + 60) }),
  }),
  "it was never read back": async () => ({
    cause: "reach",
    out: await recorded.lives({ observed_at: null }),
    fine: await recorded.lives(),
  }),
  "it differs": async () => ({
    cause: "reach",
    out: await recorded.lives({ differences: ["A policy was added."] }),
    fine: await recorded.lives({ differences: [] }),
  }),
  "its end has passed": async () => ({
    cause: "end",
    out: await recorded.lives({ ends_at: await recorded.inSeconds(-1) }),
    fine: await recorded.lives({ ends_at: await recorded.inSeconds(60) }),
  }),
  "who ends it has left": async () => {
    await recorded.leaves("nadia.berg");
    return {
      cause: "end",
      out: await recorded.lives({ ends_it: scenario.id("nadia.berg") }),
      fine: await recorded.lives(),
    };
  },
  "its exception has ended": async () => {
    const [out, fine] = [await recorded.lives(), await recorded.lives()];
    for (const [identity, seconds] of [
      [out, -1],
      [fine, 60],
    ] as const) {
      const endsAt = await recorded.inSeconds(seconds);
      await recorded.unguarded(
        (tx) => tx`insert into charter.exceptions (id, identity, request, request_version, reason, owner, ends_at)
          values (${randomUUID()}, ${identity}, ${randomUUID()}, 1, 'It cannot federate yet.', ${scenario.id("amara.obi")}, ${endsAt})`,
      );
    }
    return { cause: "policy", out, fine };
  },
  "it holds an avoidable secret": async () => {
    const [out, fine] = [await recorded.lives({ credential: "static" }), await recorded.lives()];
    await findFindings(scenario.worker);
    return { cause: "policy", out, fine };
  },
};

describe("an identity is outside", () => {
  test.each(Object.keys(limits))("when %s, and not just before", async (name) => {
    const { out, fine, cause } = (await limits[name]?.()) ?? { out: "", fine: "", cause: "" };
    await sweep();
    expect(await debtOf(out)).toMatchObject({ cause, causes: cause });
    expect(await debtOf(fine)).toBeNull();
  });

  test.each(Object.keys(limits))("when %s, and the four answers on its page say the same", async (name) => {
    const { out, fine } = (await limits[name]?.()) ?? { out: "", fine: "" };
    await sweep();
    for (const identity of [out, fine]) expect((await debtOf(identity))?.causes ?? "").toBe(await saidOnPage(identity));
  });

  test.each([...policyFindings])("while %s is open, muted or not", async (kind) => {
    const identity = await recorded.lives();
    const openedAt = await recorded.inSeconds(-9 * days);
    const muted = await recorded.inSeconds(9 * days);
    await recorded.unguarded(
      (tx) => tx`insert into charter.findings (id, kind, identity, target, object, sentence, opened_at, muted_until)
        values (${randomUUID()}, ${kind}, ${identity}, 't', 'o', 'It is so.', ${openedAt}, ${muted})`,
    );
    await sweep();
    expect(await debtOf(identity)).toMatchObject({
      cause: "policy",
      since: expect.stringContaining(openedAt.slice(0, 19)),
    });
  });

  test("neither while it is provisioned nor once it is retiring", async () => {
    const ended = { ends_at: await recorded.inSeconds(-days) };
    const [made, goes, paused] = [
      await recorded.lives({ ...ended, state: "provisioning" }),
      await recorded.lives({ ...ended, state: "retiring" }),
      await recorded.lives({ ...ended, state: "suspended" }),
    ];
    await sweep();
    expect([await debtOf(made), await debtOf(goes), (await debtOf(paused))?.cause]).toEqual([null, null, "end"]);
  });
});

const security = { id: randomUUID(), roles: ["security"], teams: [] } as const;
/** What the page answers badly, and whether an exception ran out or a finding of policy is open. */
async function saidOnPage(identity: string): Promise<string> {
  const page = await readIdentityPage(scenario.worker.db, security, identity);
  if (page === null) throw new Error("It is not found.");
  const { row, names, place } = page;
  const answers = fourAnswers({
    ...{ charter: row.charter, state: row.state, endsIt: names.endsIt, observedAt: row.observedAt },
    ...{ differences: row.differences, endsAt: row.endsAt, now: new Date(await recorded.inSeconds(0)) },
    owner: { ...names.owner, acceptedAt: row.ownerAcceptedAt },
    service: place.service ?? { name: "", decommissioned: true },
  });
  const bad = Object.entries(answers).flatMap(([question, { good }]) => (good ? [] : [question]));
  const [policy] = await scenario.worker.db.execute<{ out: boolean }>(sql`
    select exists (select 1 from charter.exceptions where identity = ${identity}::uuid and ends_at <= charter.clock())
      or exists (select 1 from charter.findings where identity = ${identity}::uuid and kind = any (${sql.param([...policyFindings])}::text[])) as out`);
  return [...bad, ...(policy?.out ? ["policy"] : [])].join(" ");
}

describe("a later pass of the day", () => {
  test.each(Object.keys(limits).filter((name) => !/read back|differs/.test(name)))("finds that %s", async (name) => {
    let made = { out: "", fine: "", cause: "" };
    await later(async () => {
      made = (await limits[name]?.()) ?? made;
    });
    expect(await debtOf(made.out)).toMatchObject({ cause: made.cause });
    expect(await debtOf(made.fine)).toBeNull();
  });

  test("finds what the reconciler saw to differ, since it saw it", async () => {
    let identity = "";
    const at = new Date(await recorded.inSeconds(-3 * days));
    await later(async () => {
      identity = await recorded.lives({ differences: ["It is gone."] });
      const seen = { target: "payments-aws", sentence: "It is gone.", evidence: {}, object: "a" };
      await seeFinding(scenario.worker.db, { ...seen, id: randomUUID(), kind: "missing", identity }, at);
    });
    expect(await debtOf(identity)).toMatchObject({
      cause: "reach",
      since: expect.stringContaining(at.toISOString().slice(0, 19)),
    });
  });

  test("lets go of what is inside again, and of what is retired", async () => {
    const [renewed, retired] = [
      await recorded.lives({ ends_at: await recorded.inSeconds(-days) }),
      await recorded.lives({ ends_at: await recorded.inSeconds(-days) }),
    ];
    const ahead = await recorded.inSeconds(days);
    await later(() =>
      recorded.unguarded(async (tx) => {
        await tx`update charter.identities set ends_at = ${ahead} where id = ${renewed}`;
        await tx`update charter.identities set state = 'retired' where id = ${retired}`;
      }),
    );
    expect([await debtOf(renewed), await debtOf(retired)]).toEqual([null, null]);
    expect(await figure("outside.end")).toBe(0);
  });

  test("follows it to another team", async () => {
    const identity = await recorded.lives({ ends_at: await recorded.inSeconds(-days) });
    const [team] = await scenario.worker.db.execute<{ id: string }>(
      sql`select id from charter.teams where id <> (select team from charter.identities where id = ${identity}::uuid) limit 1`,
    );
    await later(() =>
      recorded.unguarded((tx) => tx`update charter.identities set team = ${team?.id ?? ""} where id = ${identity}`),
    );
    expect(await figure("outside.end", team?.id)).toBe(1);
  });
});

describe("days", () => {
  test("are counted once, under the cause it has had longest", async () => {
    const identity = await recorded.lives({
      ends_at: await recorded.inSeconds(-10 * days),
      observed_at: await recorded.inSeconds(-30 * days),
    });
    await sweep();
    expect(await debtOf(identity)).toMatchObject({ cause: "reach", causes: "reach end" });
    expect([await figure("debt.reach"), await figure("debt.end")]).toEqual([28, 0]);
    expect([await figure("missing.any"), await figure("missing.reach"), await figure("missing.end")]).toEqual([
      1, 1, 1,
    ]);
    expect([await figure("outside.reach"), await figure("outside.end")]).toEqual([1, 0]);
  });

  test("go on while it is outside, however what shows it changes", async () => {
    const identity = await recorded.lives({ differences: ["One."], observed_at: await recorded.inSeconds(-5 * days) });
    await sweep();
    const before = await debtOf(identity);
    const seen = await recorded.inSeconds(-5);
    await recorded.unguarded((tx) => tx`update charter.identities set observed_at = ${seen} where id = ${identity}`);
    await sweep();
    expect((await debtOf(identity))?.since).toBe(before?.since);
  });

  test("are kept of each day, in all and for the team, and a day keeps its last", async () => {
    const identity = await recorded.lives({ ends_at: await recorded.inSeconds(-10 * days - 60) });
    await sweep();
    await scenario.database.setClock("3 days");
    try {
      const read = await recorded.inSeconds(-60);
      await recorded.unguarded((tx) => tx`update charter.identities set observed_at = ${read} where id = ${identity}`);
      await sweep();
    } finally {
      await scenario.database.setClock("0");
    }
    const [team] = await scenario.worker.db.execute<{ team: string }>(
      sql`select team from charter.identities where id = ${identity}::uuid`,
    );
    for (const scope of ["all", team?.team ?? ""])
      expect([await figure("debt.end", scope, "first"), await figure("debt.end", scope)]).toEqual([10, 13]);
  });

  test("of an empty inventory are nought under every name", async () => {
    await sweep();
    const rows = await scenario.worker.db.execute<{ name: string; value: string }>(
      sql`select name, value from charter.counters where scope = 'all'`,
    );
    expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(debtFigures));
    expect(rows.every(({ value }) => Number(value) === 0)).toBe(true);
  });
});

describe("a figure", () => {
  const view = {
    tile: "all",
    q: "",
    environment: "",
    target: "",
    blueprint: "",
    state: "",
    finding: "",
    owner: "",
    service: "",
    attestation: "",
    sort: "name",
  } as const;
  const rows = async (debt: string, team = "") =>
    (await readInventory(scenario.database.web, security, { filter: { ...view, debt, team }, cursor: null })).count
      .value;

  test("leads to exactly its rows, of each group, in all and of a team", async () => {
    await recorded.leaves("amara.obi");
    const stays = { owner: scenario.id("jonas.kern"), ends_it: scenario.id("jonas.kern") };
    await recorded.lives({ ends_at: await recorded.inSeconds(-5 * days) });
    await recorded.lives({ ends_it: scenario.id("jonas.kern") });
    await recorded.lives({ ...stays, state: "suspended", differences: ["It differs."] });
    await recorded.lives(stays);
    await recorded.lives({ ...stays, state: "retiring", ends_at: await recorded.inSeconds(-days) });
    await sweep();
    const [payments] = await scenario.worker.db.execute<{ id: string }>(
      sql`select id from charter.teams where slug = 'payments'`,
    );
    for (const group of debtGroups) {
      expect([group, await rows(group)]).toEqual([group, await figure(group)]);
      expect([group, await rows(group, "payments")]).toEqual([group, (await figure(group, payments?.id)) ?? 0]);
    }
    expect(
      await Promise.all(["counted", "missing.any", "missing.who", "outside.end"].map((group) => rows(group))),
    ).toEqual([4, 3, 2, 1]);
  });

  test("of everything is for who sees everything, of a team for its members, and of nothing for anybody else", async () => {
    await recorded.lives({ ends_at: await recorded.inSeconds(-5 * days - 60) });
    await sweep();
    const [payments] = await scenario.worker.db.execute<{ id: string }>(
      sql`select id from charter.teams where slug = 'payments'`,
    );
    const read = (viewer: Viewer, team = "") => readDebtHistory(scenario.database.web, viewer, { team, weeks: 12 });
    const member: Viewer = { id: randomUUID(), roles: [], teams: [payments?.id ?? ""] };
    const whole = await read(security);
    expect(whole?.team).toBeNull();
    expect(whole?.days.map(({ figures }) => debtTotal(figures))).toEqual([5]);
    expect((await read(security, "payments"))?.days[0]?.figures.get("debt.end")).toBe(5);
    expect(await read(member)).toMatchObject({ team: { slug: "payments" }, teams: [{ slug: "payments" }] });
    expect(await read(member, "data-platform")).toMatchObject({ team: { slug: "payments" } });
    expect(await read({ ...member, teams: [] })).toBeNull();
  });

  test("of a day before the range is left out", async () => {
    await sweep();
    await scenario.database.setClock("84 days");
    try {
      await sweep();
      const history = await readDebtHistory(scenario.database.web, security, { team: "", weeks: 12 });
      expect(history?.days.map(({ day }) => day)).toEqual([history?.today]);
    } finally {
      await scenario.database.setClock("0");
    }
  });
});

test("a pass writes nothing the second time, and two at once are one", async () => {
  for (let n = 0; n < 40; n += 1) await recorded.lives({ ends_at: await recorded.inSeconds(-days) });
  await Promise.all([sweep(), sweep()]);
  expect(await sweep()).toBe(0);
  expect(await figure("outside.end")).toBe(40);
  await recorded.unguarded((tx) => tx`update charter.identities set state = 'retired' where state = 'live'`);
  await Promise.all([sweep(), sweep()]);
  expect(await figure("outside.end")).toBe(0);
});

test("every cause has its column and its figures", () => {
  for (const cause of debtCauses)
    expect(debtFigures).toEqual(expect.arrayContaining([`outside.${cause}`, `debt.${cause}`]));
});
