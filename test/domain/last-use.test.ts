import { describe, expect, it } from "vitest";
import {
  countedUse,
  daysUnused,
  knownUse,
  sayLag,
  sayStops,
  sayUse,
  staleSince,
  type UseSignal,
  type WatchedSubject,
} from "#lib/domain/last-use.ts";

const day = (number: number, hours = 0) => new Date(Date.UTC(2026, 0, 1 + number, hours));
const signal = (more: Partial<UseSignal> = {}): UseSignal => ({
  source: "a source",
  lastUsedAt: null,
  seesSince: day(-500),
  lagMinutes: 240,
  observedAt: day(100, 4),
  ...more,
});
const way = (more: Partial<WatchedSubject> = {}): WatchedSubject => ({
  since: day(0),
  ownTryUntil: null,
  signal: signal(),
  ...more,
});
const sampled = signal({ seesSince: null, lagMinutes: 0 });

describe("what is known of use", () => {
  it.each<[string, readonly WatchedSubject[], object]>([
    ["no way in", [], { answer: "no-signal", unusedSince: null }],
    ["nothing tells", [way({ signal: null })], { answer: "no-signal", unusedSince: null, knownUntil: null }],
    [
      "a source that sees only moments saw none",
      [way({ signal: sampled })],
      { answer: "no-signal", unusedSince: null },
    ],
    [
      "a source that sees only moments saw one: then its silence still means nothing",
      [way({ signal: { ...sampled, lastUsedAt: day(3) } })],
      { answer: "used", lastUsedAt: day(3), unusedSince: null },
    ],
    ["a source that sees all saw none", [way()], { answer: "not-used", unusedSince: day(0), knownUntil: day(100) }],
    [
      "its window began later than the identity",
      [way({ signal: signal({ seesSince: day(40) }) })],
      { answer: "not-used", unusedSince: day(40) },
    ],
    [
      "used",
      [way({ signal: signal({ lastUsedAt: day(60) }) })],
      { answer: "used", lastUsedAt: day(60), unusedSince: day(60) },
    ],
    [
      "used before it was enabled again: the silence begins there",
      [way({ since: day(70), signal: signal({ lastUsedAt: day(60) }) })],
      { answer: "used", lastUsedAt: day(60), unusedSince: day(70) },
    ],
    [
      "two keys, one of them unseen",
      [way(), way({ signal: null })],
      { answer: "no-signal", lastUsedAt: null, unusedSince: null },
    ],
    [
      "two keys, the newer use counts",
      [way({ signal: signal({ lastUsedAt: day(10) }) }), way({ signal: signal({ lastUsedAt: day(20) }) })],
      { answer: "used", lastUsedAt: day(20), unusedSince: day(20) },
    ],
    [
      "two keys: the silence begins with the later one, and is known up to the earlier answer",
      [way({ since: day(5) }), way({ since: day(9), signal: signal({ observedAt: day(50, 4) }) })],
      { answer: "not-used", lastUsedAt: null, unusedSince: day(9), knownUntil: day(50) },
    ],
  ])("%s", (_name, ways, expected) => {
    expect(knownUse(ways)).toMatchObject(expected);
  });

  it("is nothing without any way in", () => {
    const nothing = { answer: "no-signal", lastUsedAt: null, unusedSince: null, knownUntil: null };
    expect(knownUse([])).toEqual(nothing);
    expect(knownUse([way({ signal: sampled })])).toEqual(nothing);
  });

  it("is known up to the earliest answer of several, and no use where a source told of none", () => {
    const until = (number: number) => way({ signal: signal({ observedAt: day(number, 4) }) });
    expect(knownUse([until(60), until(50), until(70)]).knownUntil).toEqual(day(50));
    expect(knownUse([way({ ownTryUntil: day(1) })]).lastUsedAt).toBeNull();
    expect(countedUse(way({ signal: null }))).toBeNull();
  });

  it("takes a use for the worker's own try up to its margin, and for a use right after", () => {
    const at = (ms: number) => new Date(day(1).getTime() + ms);
    const tried = (lastUsedAt: Date) => knownUse([way({ ownTryUntil: at(0), signal: signal({ lastUsedAt }) })]);
    expect(tried(at(0))).toMatchObject({ answer: "not-used", lastUsedAt: null, unusedSince: day(0) });
    expect(tried(at(1))).toMatchObject({ answer: "used", lastUsedAt: at(1) });
  });
});

describe("stale", () => {
  const known = (until: Date) => ({ ...knownUse([way()]), knownUntil: until });
  it("begins with the figure, counted from what the sources vouch for", () => {
    expect(staleSince(known(day(44, 23)), 45)).toBeNull();
    expect(staleSince(known(day(45)), 45)).toEqual(day(45));
  });
  it("is counted in whole days, and never below none", () => {
    const unused = (until: Date) => daysUnused({ unusedSince: day(10), knownUntil: until });
    expect([unused(day(9)), unused(day(10, 23)), unused(day(11))]).toEqual([0, 0, 1]);
    expect(daysUnused({ unusedSince: day(1), knownUntil: null })).toBeNull();
    expect(daysUnused({ unusedSince: null, knownUntil: day(1) })).toBeNull();
    expect(staleSince(known(day(50)), 45)).toEqual(day(45));
  });
  it("is never said where a use could have gone unseen", () => {
    const unseen = knownUse([way({ signal: sampled })]);
    expect(daysUnused(unseen)).toBeNull();
    expect(staleSince(unseen, 1)).toBeNull();
  });
});

describe("words", () => {
  it.each([
    [knownUse([way({ signal: null })]), "no signal"],
    [knownUse([way({ signal: sampled })]), "no signal"],
    [knownUse([way({ signal: signal({ lastUsedAt: day(9) }) })]), "used"],
    [knownUse([way()]), "not used in 100 days"],
    [knownUse([way({ since: day(99) })]), "not used in one day"],
    [knownUse([way({ since: day(99, 12) })]), "not used yet"],
  ])("%# say what is known and no more", (known, words) => {
    expect(sayUse(known)).toBe(words);
  });
  it("say no number that nobody knows", () => {
    expect(sayUse({ answer: "not-used", unusedSince: null, knownUntil: null })).toBe("not used yet");
  });
  it("say how late a source may be", () => {
    const said = ["told at once", "told at once", "up to 15 min late", "up to 90 min late", "up to 4 h late"];
    expect([-1, 0, 15, 90, 240].map(sayLag)).toEqual(said);
  });
});

describe("what stopping it stops", () => {
  const sources = [{ source: "AWS: access key last used", lagMinutes: 240 }];
  const none = { silent: "", sources: [], suspended: false } as const;
  it("names the last use with who told so and how late", () => {
    expect(sayStops({ ...none, answer: "used", last: "3 h ago", sources })).toBe(
      "Last used 3 h ago (AWS: access key last used, up to 4 h late), so what runs with it will stop.",
    );
  });
  it("never takes silence for safe", () => {
    expect(sayStops({ ...none, silent: "not used in 10 days", answer: "not-used", last: null, sources })).toBe(
      "Not used in 10 days (AWS: access key last used, up to 4 h late): should something run with it, it will stop.",
    );
    expect(sayStops({ ...none, answer: "no-signal", last: null })).toBe(
      "No signal of use: should something run with it, it will stop.",
    );
  });
  it("names every source", () => {
    const two = [...sources, { source: "The log", lagMinutes: 0 }];
    expect(sayStops({ ...none, answer: "used", last: "today", sources: two })).toBe(
      "Last used today (AWS: access key last used, up to 4 h late; The log, told at once), so what runs with it will stop.",
    );
  });
  it("says of a suspended one that nothing runs with it", () => {
    expect(sayStops({ ...none, answer: "used", last: "today", suspended: true })).toBe(
      "Last used today. It is suspended: nothing runs with it now.",
    );
    expect(sayStops({ ...none, answer: "no-signal", last: null, suspended: true })).toBe(
      "No signal of use. It is suspended: nothing runs with it now.",
    );
  });
});
