import { describe, expect, test } from "vitest";
import { sayDays, tiles, tileWords, wordsOfTile } from "#lib/domain/tile.ts";
import { mayKeepView, readView, viewQuery, viewsCap } from "#lib/domain/view.ts";

test("a tile has its words, and that of ends its figure where policy has one", () => {
  for (const tile of tiles.filter((one) => one !== "expiring")) expect(wordsOfTile(tile, 30)).toBe(tileWords[tile]);
  expect(wordsOfTile("expiring", null)).toBe(tileWords.expiring);
  expect(wordsOfTile("expiring", 30)).toEqual({
    title: "End within 30 days",
    meaning: "Live or suspended, and their end lies at most 30 days ahead.",
  });
  expect([sayDays(0), sayDays(1), sayDays(2)]).toEqual(["0 days", "1 day", "2 days"]);
});

describe("a view", () => {
  test("is what of an address is known, in one order, and nothing that no address can carry", () => {
    expect(viewQuery("sort=name&page=3&tile=stale&q=a%20b&other=x&hide=&q=second")).toBe("tile=stale&q=a+b&sort=name");
    expect(viewQuery(`q=${"x".repeat(201)}`)).toBe(`q=${"x".repeat(200)}`);
    expect([viewQuery("q=a%00b"), viewQuery("q=%00"), viewQuery("")]).toEqual(["q=ab", "", ""]);
    const all = [
      ...["tile", "q", "environment", "target", "blueprint", "team", "state", "finding", "owner", "service", "debt"],
      ...["attestation", "sort", "group", "hide"],
    ];
    expect(viewQuery(all.map((key) => `${key}=1`).join("&"))).toBe(all.map((key) => `${key}=1`).join("&"));
  });
  test("is read from anything", () => {
    const view = { name: "Mine", query: "page=2&q=x", team: "t" };
    expect(readView(view)).toEqual({ ...view, query: "q=x" });
    expect([readView({ ...view, team: 5 })?.team, readView({ name: "Mine", query: "" })?.team]).toEqual([null, null]);
    for (const none of [null, undefined, "x", {}, { ...view, name: 5 }, { ...view, query: 5 }, { ...view, name: " " }])
      expect(readView(none)).toBeNull();
    expect(readView({ ...view, name: "x".repeat(60) })).not.toBeNull();
    expect(readView({ ...view, name: "x".repeat(61) })).toBeNull();
  });
  test("is kept under a name, shared with one's own team, and not without end", () => {
    const view = { name: " Mine ", query: "page=2&q=x", team: null };
    const may = (change: object, others = 0) => mayKeepView({ view: { ...view, ...change }, teams: ["t"], others });
    expect(may({}, viewsCap - 1)).toEqual({ ok: { name: "Mine", query: "q=x", team: null } });
    expect(may({ team: "t" })).toMatchObject({ ok: { team: "t" } });
    expect(may({ name: "" })).toEqual({
      refusals: [{ code: "invalid", field: "name", sentence: "Use at least 1 characters; it has 0." }],
    });
    expect(may({ team: "u" })).toEqual({
      refusals: [{ code: "forbidden", field: "team", sentence: "You share a view with a team that you are in." }],
    });
    expect(may({}, viewsCap)).toEqual({
      refusals: [
        {
          ...{ code: "conflict", field: "name", sentence: "You keep 50 views, which is the most." },
          mend: "Delete one in Settings.",
        },
      ],
    });
  });
});
