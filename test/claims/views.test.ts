import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readDefaultView, readViews } from "#db/read/views.ts";
import { forgetView } from "#lib/claims/views/forget.ts";
import { keepView } from "#lib/claims/views/keep.ts";
import { openWith } from "#lib/claims/views/open-with.ts";
import { mayKeepView, readView, viewQuery, viewsCap } from "#lib/domain/view.ts";
import { actors, type Cast, codeOf, gained, granted, openCast } from "./cast.ts";

let cast: Cast;
beforeAll(async () => {
  cast = await openCast();
}, 60_000);
afterAll(() => cast.scenario.database.close());

const seenBy = async (person: string) => {
  const { db, actor } = await cast.as(person);
  return (await readViews(db, actor)).map(({ id, name, query, by }) => ({ id, name, query, by }));
};
const teamOf = async (person: string): Promise<string> => (await cast.as(person)).actor.teams[0] ?? "";
const kept = (changes: object = {}) => ({
  ...{ id: randomUUID(), name: "Ours without an owner", query: "tile=unowned&sort=-risk", team: null },
  ...changes,
});

describe("what a view is", () => {
  test("filters, order and columns; the page one is at and what nobody knows are no part of it", () => {
    expect(viewQuery("after=x&tile=static&evil=1&hide=reach&sort=-risk&view=y")).toBe(
      "tile=static&sort=-risk&hide=reach",
    );
    expect(viewQuery(`q=${"x".repeat(300)}`)).toBe(`q=${"x".repeat(200)}`);
    expect(viewQuery("q=%00a%00&team=%00")).toBe("q=a");
    expect(readView({ name: "A", query: "after=1&q=a", team: 3 })).toEqual({ name: "A", query: "q=a", team: null });
    for (const junk of [null, "x", {}, { name: "", query: "" }, { name: "a\nb", query: "" }])
      expect(readView(junk)).toBeNull();
  });
  test.each([
    ["", 0, "invalid"],
    ["x".repeat(60), 0, "ok"],
    ["x".repeat(61), 0, "invalid"],
    ["One more", viewsCap - 1, "ok"],
    ["One more", viewsCap, "conflict"],
  ])("%s beside %i others is %s", (name, others, code) =>
    expect(codeOf(mayKeepView({ view: kept({ name }), teams: [], others }))).toBe(code),
  );
});

describe("shared", () => {
  test("with a team one is not in is refused, and no row is left", async () => {
    const context = await cast.as(actors.otherTeam);
    const before = await cast.rows();
    expect(codeOf(await keepView(context, kept({ team: await teamOf(actors.sameTeam) })))).toBe("forbidden");
    expect(gained(before, await cast.rows())).toEqual({ denied: 1 });
    expect(await seenBy(actors.otherTeam)).toEqual([]);
  });

  test("it is seen by the team, with whose it is, and by nobody else; unshared it is one's own again", async () => {
    const [mine, ours] = [kept({ name: "Mine" }), kept({ team: await teamOf(actors.sameTeam) })];
    const context = await cast.as(actors.sameTeam);
    for (const view of [mine, ours]) granted(await keepView(context, view));
    const { name: by } = context.actor;
    expect(await seenBy(actors.sameTeam)).toMatchObject([
      { id: mine.id, by: null },
      { id: ours.id, by: null },
    ]);
    expect(await seenBy(actors.requester)).toEqual([{ id: ours.id, name: ours.name, query: ours.query, by }]);
    expect(await seenBy(actors.otherTeam)).toEqual([]);
    granted(await keepView(context, { ...ours, team: null }));
    expect(await seenBy(actors.requester)).toEqual([]);
  });

  test("a row that claims to be shared by who is not in the team shows nobody anything", async () => {
    const team = await teamOf(actors.sameTeam);
    const stranger = await cast.id(actors.otherTeam);
    const value = JSON.stringify({ name: "Look here", query: "tile=all", team });
    await cast.scenario.database.web.$client`insert into charter.preferences (person, name, value)
      values (${stranger}::uuid, ${`view:${randomUUID()}`}, ${value}::jsonb)`;
    expect(await seenBy(actors.requester)).toEqual([]);
  });
});

describe("one's own", () => {
  test("is replaced under its id, and deleted by its person alone", async () => {
    const view = kept({ name: "First", team: await teamOf(actors.requester) });
    const context = await cast.as(actors.requester);
    granted(await keepView(context, view));
    granted(await keepView(context, { ...view, name: "Second", query: "tile=stale" }));
    expect(await seenBy(actors.requester)).toMatchObject([{ id: view.id, name: "Second", query: "tile=stale" }]);
    expect(codeOf(await forgetView(await cast.as(actors.sameTeam), { id: view.id }))).toBe("not-found");
    granted(await forgetView(context, { id: view.id }));
    expect(codeOf(await forgetView(context, { id: view.id }))).toBe("not-found");
    expect(await seenBy(actors.requester)).toEqual([]);
  });

  test("the inventory opens with a view that one sees, and with no other", async () => {
    const team = await teamOf(actors.sameTeam);
    const [shared, hidden] = [kept({ team }), kept({ name: "Hidden" })];
    for (const view of [shared, hidden]) granted(await keepView(await cast.as(actors.sameTeam), view));
    const context = await cast.as(actors.requester);
    expect(codeOf(await openWith(context, { view: hidden.id }))).toBe("not-found");
    granted(await openWith(context, { view: shared.id }));
    expect(await readDefaultView(context.db, context.actor)).toBe(shared.id);
    granted(await openWith(context, { view: null }));
    expect(await readDefaultView(context.db, context.actor)).toBeNull();
  });
});
