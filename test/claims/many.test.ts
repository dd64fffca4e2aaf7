import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendDenied } from "#db/store/audit.ts";
import { insertAsk } from "#db/store/claims.ts";
import { readOutcome } from "#db/store/inbox.ts";
import { askForMany } from "#lib/claims/many/ask.ts";
import { foreseeMany, type ManyInput } from "#lib/claims/many/foresee.ts";
import { manyCap, readMany } from "#lib/domain/many.ts";
import { planQuestions } from "#lib/worker/attestations.ts";
import { actors, type Cast, codeOf, deactivate, gained, granted, inDays, openCast } from "./cast.ts";

let cast: Cast;
let first: string;
let second: string;
beforeAll(async () => {
  cast = await openCast();
  [first, second] = [await cast.born(), await cast.born()];
  await planQuestions(cast.scenario.worker);
}, 60_000);
afterAll(() => cast.scenario.database.close());

const rowsOf = (...identities: string[]) => identities.map((identity) => ({ id: randomUUID(), identity }));
const retire = (...identities: string[]): ManyInput => ({
  ...{ verb: "retire", rows: rowsOf(...identities), change: { reason: "The team was dissolved." } },
});
const ask = (...identities: string[]): ManyInput => ({ verb: "ask", rows: rowsOf(...identities), change: {} });
const handOver = async (...identities: string[]): Promise<ManyInput> => ({
  ...{ verb: "transfer", rows: rowsOf(...identities), change: { to: await cast.id("bea.same") } },
});
const ids = (count: number) => Array.from({ length: count }, () => randomUUID());
const requestOf = async (id: string) => {
  const [row] = await cast.scenario.worker.db.execute<{ kind: string; identity: string; state: string }>(sql`
    select r.kind, r.identity, s.state from charter.requests r left join charter.request_states s on s.request = r.id where r.id = ${id}::uuid`);
  return row;
};
const codes = (refused: readonly { readonly identity: string; readonly refusals: readonly { code: string }[] }[]) =>
  refused.map(({ identity, refusals }) => [identity, refusals[0]?.code]);

describe("how many", () => {
  test.each([
    [0, "invalid"],
    [1, "ok"],
    [manyCap, "ok"],
    [manyCap + 1, "invalid"],
  ])("%i is %s", (count, code) => expect(codeOf(readMany(ids(count)))).toBe(code));

  test("one twice is refused, and more than the cap is refused by both claims before anything is read or written", async () => {
    const context = await cast.as(actors.security);
    const before = await cast.rows();
    for (const claim of [foreseeMany, askForMany])
      for (const rows of [rowsOf(first, first), rowsOf(...ids(manyCap + 1))])
        expect(codeOf(await claim(context, { ...retire(), rows }))).toBe("invalid");
    expect(gained(before, await cast.rows())).toEqual({});
  });
});

describe("before it is sent", () => {
  test("each is told what it will become, nothing is written, and nobody learns of what they do not see", async () => {
    const before = await cast.rows();
    const stranger = granted(await foreseeMany(await cast.as(actors.otherTeam), retire(first, randomUUID())));
    expect(stranger.map(({ outcome }) => outcome)).toEqual([stranger[1]?.outcome, stranger[0]?.outcome]);
    expect(stranger.map(({ outcome }) => codeOf(outcome))).toEqual(["not-found", "not-found"]);
    const same = granted(await foreseeMany(await cast.as(actors.sameTeam), retire(first)));
    expect(same.map(({ outcome }) => codeOf(outcome))).toEqual(["forbidden"]);
    const owner = granted(await foreseeMany(await cast.as(actors.owner), await handOver(first, randomUUID(), second)));
    expect(owner.map(({ outcome }) => codeOf(outcome))).toEqual(["ok", "not-found", "ok"]);
    expect(granted(owner[0]?.outcome ?? { refusals: [{ code: "invalid", sentence: "" }] })).toMatchObject({
      accepts: true,
    });
    const late: ManyInput = { verb: "renew", rows: rowsOf(first), change: { endsAt: inDays(5000) } };
    const renewed = granted(await foreseeMany(await cast.as(actors.owner), late));
    expect(renewed.map(({ outcome }) => codeOf(outcome))).toEqual(["refused-by-policy"]);
    expect(gained(before, await cast.rows())).toEqual({});
  });
});

describe("sent", () => {
  test("where every one is refused, all of it is, each at its identity, with one denied entry that names them all", async () => {
    const before = await cast.rows();
    const done = await askForMany(await cast.as(actors.otherTeam), retire(first, second));
    expect(done).toMatchObject({
      refusals: [
        { code: "not-found", field: first },
        { code: "not-found", field: second },
      ],
    });
    expect(gained(before, await cast.rows())).toEqual({ denied: 1 });
    const entries = await cast.scenario.worker.db.execute<{ detail: unknown }>(
      sql`select detail from charter.audit_entries where action = 'attempt.denied' and detail ->> 'attempted' like 'many.%'`,
    );
    expect(entries.map(({ detail }) => detail)).toEqual([
      {
        attempted: "many.retire 2 together",
        detail: { of: [first, second], refusals: [expect.objectContaining({ code: "not-found" })] },
      },
    ]);
  });

  test("the entry of the most that can be asked together has room for every id, whatever the sentences", async () => {
    const of = Array.from({ length: manyCap }, () => randomUUID());
    const refusals = Array.from({ length: 20 }, (_, place) => ({
      code: "not-found" as const,
      sentence: `${place}${"字".repeat(400)}`,
    }));
    const before = await cast.rows();
    await appendDenied(cast.scenario.database.web, { actor: "x", attempted: "many.retire 200 together", of, refusals });
    expect(gained(before, await cast.rows())).toEqual({ denied: 1 });
  });

  test("what is refused of one stops no other; each becomes the request that was foretold, and a second click no other", async () => {
    const foreign = randomUUID();
    const [third, held] = [await cast.born(), await cast.suspended()];
    const context = await cast.as(actors.owner);
    const input: ManyInput = { ...retire(foreign, third, held) };
    const foretold = granted(await foreseeMany(context, input));
    expect(foretold.map(({ outcome }) => codeOf(outcome))).toEqual(["not-found", "ok", "ok"]);
    const before = await cast.rows();
    const done = granted(await askForMany(context, input));
    expect(codes(done.refused)).toEqual([[foreign, "not-found"]]);
    expect(done.asked).toEqual(input.rows.slice(1).map(({ id, identity }) => ({ identity, request: id })));
    expect(gained(before, await cast.rows())).toEqual({ requests: 2, versions: 2, inbox: 2, denied: 1 });
    const again = granted(await askForMany(context, input));
    expect(again.asked).toEqual(done.asked);
    expect(gained(before, await cast.rows())).toMatchObject({ requests: 2, versions: 2, inbox: 2 });
    await cast.scenario.settle();
    for (const { id, identity } of input.rows.slice(1))
      expect(await requestOf(id)).toEqual({ kind: "retire", identity, state: "provisioning" });
  });

  test("a leaver's identities go to a successor, one offer each, and only their acceptance hands over", async () => {
    const [a, b] = [await cast.born(), await cast.born()];
    await deactivate(cast.scenario, actors.owner);
    const input = await handOver(a, b);
    const done = granted(await askForMany(await cast.as(actors.security), input));
    expect(done).toMatchObject({ refused: [], asked: [{ identity: a }, { identity: b }] });
    await cast.scenario.settle();
    for (const { id } of input.rows) expect((await requestOf(id))?.state).toMatch(/^awaiting-/);
    const owners = await cast.scenario.worker.db.execute<{ owner: string }>(
      sql`select distinct owner from charter.identities where id in (${a}::uuid, ${b}::uuid)`,
    );
    expect(owners.map(({ owner }) => owner)).toEqual([await cast.id(actors.owner)]);
  });
});

describe("asking an owner early", () => {
  const question = async (identity: string) => {
    const [row] = await cast.scenario.worker.db.execute<{ stage: string; round: number; days: number }>(sql`
      select stage, round, round(extract(epoch from due_at - charter.clock()) / 86400)::int as days
      from charter.questions where identity = ${identity}::uuid`);
    return row;
  };

  test("is refused to who has no standing, in the web and, were it written anyway, by the worker", async () => {
    const before = await question(first);
    for (const actor of [actors.sameTeam, actors.endsIt, actors.operator, actors.auditor])
      expect(codeOf(await askForMany(await cast.as(actor), ask(first)))).toBe("forbidden");
    const id = randomUUID();
    const person = await cast.id(actors.sameTeam);
    await cast.scenario.database.web.transaction((tx) =>
      insertAsk(tx, { id, kind: "question", subject: first, person }),
    );
    await cast.scenario.settle();
    expect(await readOutcome(cast.scenario.worker.db, "asks", id)).toMatchObject({ result: "refused" });
    expect(await question(first)).toEqual(before);
  });

  test("begins its time to answer now, with an entry, and is not asked twice", async () => {
    expect((await question(first))?.stage).toBe("waiting");
    const context = await cast.as(actors.security);
    const before = await cast.rows();
    const done = granted(await askForMany(context, ask(first, second)));
    expect(done.asked.map(({ request }) => request)).toEqual([null, null]);
    expect(gained(before, await cast.rows())).toEqual({ asks: 2, inbox: 2 });
    await cast.scenario.settle();
    for (const identity of [first, second]) {
      expect(await question(identity)).toEqual({ stage: "asked", round: 1, days: 14 });
      expect(await cast.scenario.entries("question", identity)).toEqual(["question.planned", "question.asked"]);
    }
    expect(codeOf(await askForMany(context, ask(first)))).toBe("conflict");
    const [row] = granted(await foreseeMany(context, ask(first)));
    expect(row && "refusals" in row.outcome && row.outcome.refusals[0].sentence).toBe("Its owner is asked already.");
  });
});
