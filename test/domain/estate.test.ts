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
  });

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
