import { describe, expect, it } from "vitest";
import { exactlyRecorded, newServerChosen, next, strays } from "#lib/domain/provisioning/server-chosen-secret.ts";
import { explore } from "./explore.ts";
import { type Bounds, type Sabotage, serverChosenModel } from "./server-chosen-model.ts";

const wide = process.env.CHARTER_EXPLORE === "wide";
/** For `npm run mutate`: a first look at each, thousands of times. */
const narrow = process.env.CHARTER_EXPLORE === "narrow";
const explored = (bounds: Bounds) => explore(serverChosenModel(bounds), narrow ? 1_500 : wide ? 12_000_000 : 900_000);

describe("a secret that the target chooses", () => {
  const within: [string, Bounds][] = [
    ["two takeovers and a lost answer, one paused worker", { takeovers: 2, losses: 1, sleepers: 1 }],
    ["two paused workers beside the owner", { takeovers: 2, losses: 0, sleepers: 2 }],
    ["two lost answers", { takeovers: 0, losses: 2, sleepers: 0 }],
    ["a reconciler at any moment", { takeovers: 1, losses: 0, sleepers: 1, reconciler: true }],
    ["somebody else's hand", { takeovers: 1, losses: 1, sleepers: 1, tamper: true }],
    ["somebody else's hand in the vault", { takeovers: 1, losses: 0, sleepers: 0, vaultHands: 1 }],
    ["somebody else's hand in the vault, a lost answer", { takeovers: 0, losses: 1, sleepers: 0, vaultHands: 1 }],
  ];
  const wider: [string, Bounds][] = [
    ["two takeovers, two lost answers, two paused workers", { takeovers: 2, losses: 2, sleepers: 2 }],
    ["three takeovers", { takeovers: 3, losses: 0, sleepers: 2 }],
    ["a reconciler and lost answers", { takeovers: 2, losses: 1, sleepers: 1, reconciler: true }],
  ];
  it.each(wide ? [...within, ...wider] : within)(
    "is one active key and its secret, always, within %s",
    (name, bounds) => {
      const result = explored(bounds);
      console.log(`explored ${result.states} states: ${name}`);
      expect(result.broken).toBeNull();
      expect(result.cut).toBe(narrow && result.cut);
    },
    600_000,
  );

  it.each<[string, Bounds]>([
    ["a crash, consumed at any moment", { rotates: true, consumed: true, takeovers: 1, losses: 0, sleepers: 0 }],
    [
      "three crashes, none between the commit of a version and its write, consumed at any moment",
      { rotates: true, consumed: true, prompt: true, takeovers: 3, losses: 0, sleepers: 0 },
    ],
    [
      "a crash not there and a lost answer, consumed at any moment",
      { rotates: true, consumed: true, prompt: true, takeovers: 1, losses: 1, sleepers: 0 },
    ],
    [
      "a paused worker, consumed at any moment",
      { rotates: true, consumed: true, prompt: true, takeovers: 1, losses: 0, sleepers: 1 },
    ],
    ["two takeovers and a lost answer, one paused worker", { rotates: true, takeovers: 2, losses: 1, sleepers: 1 }],
    ["somebody else's hand in the vault", { rotates: true, takeovers: 1, losses: 0, sleepers: 0, vaultHands: 1 }],
  ])(
    "is made beside an older one, which nothing ends, within %s",
    (name, bounds) => {
      const result = explored(bounds);
      console.log(`explored ${result.states} states: rotation, ${name}`);
      expect(result.broken).toBeNull();
      expect(result.cut).toBe(narrow && result.cut);
    },
    600_000,
  );

  it("may until the next is stored have stored what it discards, after a crash just before a write and one after, and is seen to", () => {
    const twice = explored({ rotates: true, consumed: true, takeovers: 2, losses: 0, sleepers: 0 });
    expect(twice.broken?.why).toMatch(/a consumer fetches/);
    const last = JSON.parse(twice.broken?.trail.at(-1) ?? "{}");
    expect(last.row.pairs.filter(({ version }: { version: number }) => version === last.row.expects)).toHaveLength(2);
  });

  const caught: [Sabotage, Bounds, RegExp][] = [
    ["no-discard-checkpoint", { takeovers: 2, losses: 1, sleepers: 1 }, /0 active keys/],
    ["undo-committed-checkpoint", { takeovers: 2, losses: 1, sleepers: 1 }, /0 active keys/],
    ["short-window", { takeovers: 2, losses: 1, sleepers: 1 }, /2 active keys/],
    ["absent-is-deleted", { takeovers: 2, losses: 1, sleepers: 1 }, /2 active keys/],
    ["no-else-in-six", { takeovers: 0, losses: 0, sleepers: 0, tamper: true }, /2 active keys/],
    ["reconciler-reads-row-first", { takeovers: 1, losses: 0, sleepers: 1, reconciler: true }, /0 active keys/],
    ["power-unchecked", { takeovers: 0, losses: 0, sleepers: 0, vaultHands: 1 }, /another version/],
    ["version-is-enough", { takeovers: 0, losses: 0, sleepers: 0, vaultHands: 1 }, /another key's secret/],
    ["adopt-version-one", { takeovers: 2, losses: 1, sleepers: 1 }, /version|secret/],
  ];
  it.skipIf(narrow).each(caught)(
    "is broken, and seen to be, by %s",
    (sabotage, bounds, why) => {
      expect(explored({ ...bounds, sabotage }).broken?.why).toMatch(why);
    },
    120_000,
  );
});

const timing = { mintWindowMs: 1000, repeatMs: 50 };
const key = (id: string, active = true, everUsed = false) => ({ id, active, everUsed });

describe("a list of keys", () => {
  const clearing = { ...newServerChosen([]), phase: "clearing" as const, quietAt: 1000 };
  it("proves absence at the end of the window and not a millisecond before", () => {
    expect(next(clearing, { saw: "keys", keys: [], now: 999 }, timing)).toEqual({ do: "wait", until: 1000 });
    expect(next(clearing, { saw: "keys", keys: [], now: 1000 }, timing)).toMatchObject({
      do: "checkpoint",
      facts: { phase: "minting" },
    });
  });
  it("keeps keys of earlier intents and condemns the rest in a commit before the first call", () => {
    const kept = { ...clearing, keep: ["old"], quietAt: null };
    const action = next(kept, { saw: "keys", keys: [key("old"), key("stray")], now: 0 }, timing);
    expect(action).toMatchObject({ do: "checkpoint", facts: { doomed: ["stray"] } });
  });
  it("freezes an account whose unrecorded key was used", () => {
    const facts = { ...clearing, quietAt: null };
    const seen = next(facts, { saw: "keys", keys: [key("stray", true, true)], now: 0 }, timing);
    expect(seen).toMatchObject({ facts: { used: ["stray"] } });
    expect(next({ ...facts, used: ["stray"] }, { saw: "keys", keys: [], now: 0 }, timing)).toEqual({
      do: "freeze",
      keys: ["stray"],
    });
  });
});

describe("power", () => {
  const done = { ...newServerChosen(["old"]), phase: "done" as const, key: "new" };
  it.each([
    ["exactly the recorded keys", [key("old"), key("new")], true],
    ["a key too many", [key("old"), key("new"), key("stray")], false],
    ["the recorded key missing", [key("old")], false],
    ["the recorded key inactive", [key("old"), key("new", false)], false],
  ])("with %s", (_, keys, allowed) => expect(exactlyRecorded(done, keys)).toBe(allowed));
  it("never before done", () =>
    expect(exactlyRecorded({ ...done, phase: "vaulted" }, [key("old"), key("new")])).toBe(false));
});

describe("a reconciler", () => {
  it.each(["new", "clearing", "minting", "discarding"] as const)(
    "leaves an account alone while its row is %s",
    (phase) => expect(strays([key("x")], [{ ...newServerChosen([]), phase }])).toEqual([]),
  );
  it.each(["minted", "vaulted", "done"] as const)("takes what a row that is %s does not name", (phase) =>
    expect(strays([key("mine"), key("x")], [{ ...newServerChosen([]), phase, key: "mine" }])).toEqual(["x"]),
  );
  it("leaves an account without a row alone", () => expect(strays([key("x")], [])).toEqual([]));
  it("leaves an account alone while one of its rows is minting, and every key that any of them names", () => {
    const row = (phase: "done" | "minting" | "unmade", mine: string) => ({
      ...newServerChosen([]),
      ...{ phase, key: phase === "unmade" ? null : mine, gone: phase === "unmade" ? [mine] : [] },
    });
    const listed = [key("first"), key("taken back"), key("x")];
    expect(strays(listed, [row("done", "first"), row("minting", "second")])).toEqual([]);
    expect(strays(listed, [row("done", "first"), row("unmade", "taken back")])).toEqual(["x"]);
    expect(strays(listed, [row("unmade", "taken back")])).toEqual([]);
  });
});
