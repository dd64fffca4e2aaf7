import { describe, expect, test } from "vitest";
import { type EstateIdentity, type EstateKey, estateCounter, type LookingFor, lookAt } from "#lib/domain/estate.ts";
import type { UseSignal } from "#lib/domain/last-use.ts";

const now = new Date("2026-11-22T12:00:00Z");
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const by: LookingFor = { now, days: 90, ownerLabels: ["owner", "team"] };
const signal = (lastUsedAt: Date | null): UseSignal => ({
  source: "test",
  lastUsedAt,
  seesSince: daysAgo(400),
  lagMinutes: 0,
  observedAt: now,
});
const role: EstateIdentity = {
  kind: "role",
  name: "deploy",
  externalId: "arn:deploy",
  createdAt: daysAgo(300),
  labels: { Owner: "payments" },
  vendors: false,
  signal: signal(daysAgo(1)),
  keys: [],
  openTo: [],
};
const key = (made: number, used: number | null): EstateKey => ({
  active: true,
  createdAt: daysAgo(made),
  signal: signal(used === null ? null : daysAgo(used)),
});
const user = (...keys: readonly EstateKey[]): EstateIdentity => ({ ...role, kind: "user", signal: null, keys });
const flawsOf = (identity: EstateIdentity) => [...lookAt(identity, by).flaws];

describe("a first look at an identity", () => {
  test("finds nothing wrong with one that is owned, used and closed", () => expect(flawsOf(role)).toEqual([]));

  test.each([
    ["stale on the day", 90, ["stale"]],
    ["not stale the day before", 89, []],
  ])("calls a role %s", (_, days, flaws) => expect(flawsOf({ ...role, signal: signal(daysAgo(days)) })).toEqual(flaws));

  test("calls a silent role never used, and one without a signal neither", () => {
    expect(flawsOf({ ...role, signal: signal(null) })).toEqual(["stale", "never-used"]);
    expect(flawsOf({ ...role, signal: null })).toEqual([]);
    expect(lookAt({ ...role, signal: null }, by).use).toBe("no signal");
  });

  test("does not blame a young role for silence", () =>
    expect(flawsOf({ ...role, createdAt: daysAgo(10), signal: signal(null) })).toEqual([]));

  test.each([
    [91, ["old-key"]],
    [90, []],
  ])("calls a key of %i days old or not", (made, flaws) => expect(flawsOf(user(key(made, 1)))).toEqual(flaws));

  test("names the one of two keys that nobody uses, and does not call the user stale", () =>
    expect(flawsOf(user(key(200, 1), key(100, null)))).toEqual(["old-key", "unused-key"]));

  test("an inactive key opens nothing", () => {
    const looked = lookAt(user({ ...key(500, null), active: false }), by);
    expect([...looked.flaws]).toEqual([]);
    expect(looked.activeKeys).toBe(0);
  });

  test("takes an owner from any of the given labels, whatever their case, and not from an empty one", () => {
    expect(lookAt({ ...role, labels: { TEAM: "orders" } }, by).owner).toBe("orders");
    expect(flawsOf({ ...role, labels: { owner: " " } })).toEqual(["unowned"]);
    expect(lookAt({ ...role, labels: { name: "x" } }, { ...by, ownerLabels: ["NAME"] }).owner).toBe("x");
    expect(lookAt({ ...role, labels: { name: "x" } }, by).owner).toBeNull();
  });

  test("says how old, how long unused and how it is used", () => {
    expect(lookAt({ ...role, signal: signal(daysAgo(20)) }, by)).toMatchObject({
      ...{ ageDays: 300, use: "used", lastUsedAt: daysAgo(20), daysUnused: 20, oldestKeyDays: null, activeKeys: 0 },
    });
    expect(lookAt({ ...role, createdAt: null, signal: null }, by).ageDays).toBeNull();
    expect(lookAt({ ...role, createdAt: new Date(now.getTime() + 1) }, by).ageDays).toBe(0);
    expect(lookAt(user(key(200, 1), key(300, 1), key(100, 1)), by)).toMatchObject({
      oldestKeyDays: 300,
      activeKeys: 3,
    });
  });

  test("takes what has no date for as old as its source can see", () => {
    const undated = { ...key(0, null), createdAt: null };
    expect(lookAt(user(undated), by)).toMatchObject({ oldestKeyDays: null, daysUnused: 400 });
    expect(flawsOf(user(undated))).toEqual(["unused-key", "stale", "never-used"]);
    expect(lookAt({ ...role, createdAt: null, signal: signal(null) }, by).daysUnused).toBe(400);
  });

  test.each([
    [90, ["unused-key", "stale", "never-used"]],
    [89, []],
  ])("calls a key that was not used in its %i days unused or not", (made, flaws) =>
    expect(flawsOf(user(key(made, null)))).toEqual(flaws),
  );

  test("says who else may become it", () =>
    expect(flawsOf({ ...role, openTo: ["Any account may."] })).toEqual(["open-trust"]));

  test("only counts the vendor's own", () =>
    expect(flawsOf({ ...role, vendors: true, labels: {}, signal: signal(null), openTo: ["anyone"] })).toEqual([]));
});

test("keeps the worst few of each flaw, worst first, whatever the order they come in", () => {
  const counter = estateCounter(2);
  for (const days of [100, 300, 200]) {
    const identity = { ...role, name: `used-${days}`, signal: signal(daysAgo(days)) };
    counter.add(lookAt(identity, by));
  }
  const { worst, flaws, identities } = counter.count();
  expect(worst.get("stale")?.map(({ identity }) => identity.name)).toEqual(["used-300", "used-200"]);
  expect([flaws.get("stale"), identities.get("role")]).toEqual([3, 3]);
});

test("keeps all where there are fewer, and makes room in the middle", () => {
  const named = (keep: number, ...days: readonly number[]) => {
    const counter = estateCounter(keep);
    for (const of of days) counter.add(lookAt({ ...role, name: `${of}`, signal: signal(daysAgo(of)) }, by));
    return counter
      .count()
      .worst.get("stale")
      ?.map(({ identity }) => identity.name);
  };
  expect(named(5, 300, 200, 100)).toEqual(["300", "200", "100"]);
  expect(named(3, 300, 200, 100, 150)).toEqual(["300", "200", "150"]);
});

test("counts by kind, the vendor's own and active keys, and keeps of equals who came first", () => {
  const counter = estateCounter(2);
  const keyed = (name: string, made: number, age: number) => ({ ...user(key(made, 1)), name, createdAt: daysAgo(age) });
  const found = [keyed("a", 100, 500), keyed("b", 300, 400), keyed("c", 100, 600), keyed("d", 200, 100)];
  for (const identity of found) counter.add(lookAt({ ...identity, labels: {}, openTo: ["Anyone."] }, by));
  counter.add(lookAt({ ...role, vendors: true }, by));
  counter.add(lookAt({ ...role, createdAt: null, labels: {} }, by));
  const { worst, flaws, identities, vendors, activeKeys } = counter.count();
  expect([[...identities], vendors, activeKeys]).toEqual([
    [
      ["user", 4],
      ["role", 2],
    ],
    ...[1, 4],
  ]);
  expect([...flaws]).toEqual([
    ["open-trust", 4],
    ["old-key", 4],
    ["unowned", 5],
  ]);
  const names = Object.fromEntries([...worst].map(([flaw, list]) => [flaw, list.map(({ identity }) => identity.name)]));
  expect(names).toEqual({ "open-trust": ["c", "a"], "old-key": ["b", "d"], unowned: ["c", "a"] });
});

test("of keys that nobody uses the oldest is worst, of equals the first that came", () => {
  const counter = estateCounter(2);
  for (const [name, made] of [
    ["a", 100],
    ["b", 100],
    ["c", 100],
    ["d", 200],
  ] as const)
    counter.add(lookAt({ ...user(key(made, null)), name }, by));
  const named = (flaw: "unused-key" | "never-used") =>
    counter
      .count()
      .worst.get(flaw)
      ?.map(({ identity }) => identity.name);
  expect([named("unused-key"), named("never-used")]).toEqual([
    ["d", "a"],
    ["d", "a"],
  ]);
});
