import { describe, expect, it, test } from "vitest";
import {
  exactlyRecorded,
  type KeySeen,
  names,
  newServerChosen,
  next,
  rechecked,
  type ServerChosenAction,
  type ServerChosenFacts,
  type ServerChosenSeen,
  type SlotSeen,
  unmaking,
} from "#lib/domain/provisioning/server-chosen-secret.ts";

const timing = { mintWindowMs: 1_000, repeatMs: 50 };
const now = 100;
const windowEnd = 1_100;
const key = (id: string, more: Partial<KeySeen> = {}): KeySeen => ({ id, active: true, everUsed: false, ...more });
const keys = (...list: readonly KeySeen[]): ServerChosenSeen => ({ saw: "keys", keys: list, now });
const whole = (version: number) => ({ version, destroyed: false, deleted: false });
const slotOf = (current: number, more: Partial<SlotSeen> = {}): SlotSeen => ({
  ...{ current, versions: Array.from({ length: current }, (_, at) => whole(at + 1)) },
  ...more,
});
const slot = (given: SlotSeen | null, holding = false): ServerChosenSeen => ({
  saw: "slot",
  slot: given,
  holding,
  now,
});
const removed = (result: "deleted" | "absent" | "unknown"): ServerChosenSeen => ({
  saw: "removed",
  id: "a",
  result,
  now,
});

type Facts = ServerChosenFacts;
/** A row of its own in every field, so that what is kept is seen to be. */
const at = (phase: Facts["phase"], more: Partial<Facts> = {}): Facts => ({
  ...{ phase, attempt: 2, keep: [], base: 4, key: "k", expects: 5, probed: true, version: null },
  ...{ pairs: [{ version: 5, key: "k" }], doomed: [], gone: ["g"], used: [], quietAt: null, giveUpAt: 900 },
  ...more,
});
const keeping = { keep: ["old"] };
const adds = (version: number) => ({ expects: version, pairs: [...at("minted").pairs, { version, key: "k" }] });
type Row = readonly [string, Facts, ServerChosenSeen, ServerChosenAction];
const check = (_: string, facts: Facts, seen: ServerChosenSeen, action: ServerChosenAction) =>
  expect(next(facts, seen, timing)).toEqual(action);
/** Commits the row with these changes and no others. */
const commits = (facts: Facts, change: Partial<Facts>): ServerChosenAction => ({
  ...{ do: "checkpoint", facts: { ...facts, ...change } },
});
const [resumed, saved]: ServerChosenSeen[] = [
  { saw: "resumed", now },
  { saw: "saved", now },
] as const;
const both = [
  ["taken up", resumed],
  ["committed", saved],
  ["after a pause", { saw: "waited", now }],
] as const satisfies readonly (readonly [string, ServerChosenSeen])[];

test("nothing is committed before the first attempt but what is kept", () => {
  expect(newServerChosen(["old"])).toEqual({
    ...{ phase: "new", attempt: 0, keep: ["old"], base: 0, key: null, expects: 0, probed: false, version: null },
    ...{ pairs: [], doomed: [], gone: [], used: [], quietAt: null, giveUpAt: null },
  });
});

describe("a phase", () => {
  const goesOn: readonly (readonly [Facts["phase"], ServerChosenAction])[] = [
    ["new", { do: "prepare" }],
    ["clearing", { do: "list" }],
    ["vaulted", { do: "list" }],
    ["unmaking", { do: "list" }],
    [
      "discarding",
      commits(at("discarding", { version: 5 }), { phase: "new", key: null, version: null, giveUpAt: null }),
    ],
    ["done", { do: "done" }],
    ["unmade", { do: "done" }],
  ];
  const rows = goesOn.flatMap(([phase, action]) =>
    both.map(
      ([how, seen]) =>
        [`${phase}, ${how}`, at(phase, { version: phase === "discarding" ? 5 : null }), seen, action] as const,
    ),
  );
  it.each(rows)("%s, goes on", check);

  it.each(goesOn)("%s with a doomed key goes on by that key", (phase) => {
    const facts = at(phase, { doomed: ["a", "b"] });
    for (const [, seen] of both) expect(next(facts, seen, timing)).toEqual({ do: "deactivate", id: "a" });
  });

  const minting = at("minting", { key: null });
  const minted = at("minted");
  const untried = at("minted", { probed: false });
  const amid: readonly Row[] = [
    [
      "minting, taken up, is a mint without an answer",
      minting,
      resumed,
      commits(minting, { phase: "new", quietAt: windowEnd }),
    ],
    ["minting, committed, mints", minting, saved, { do: "mint" }],
    ["minted, taken up, is looked for in the vault", minted, resumed, { do: "read" }],
    ["minted and not tried, committed, is tried", untried, saved, { do: "probe" }],
    ["minted and tried, committed, is written", minted, saved, { do: "put", cas: 4 }],
  ];
  it.each(amid)("%s", check);
});

describe("a mint", () => {
  const minting = at("minting", { key: null, pairs: [] });
  const told: ServerChosenSeen = { saw: "minted", key: "k", now };
  const late = (signableUntil: number): ServerChosenSeen => ({ saw: "mint-unknown", signableUntil, now });
  const named = { phase: "minted", key: "k", expects: 5, probed: false, giveUpAt: windowEnd } as const;
  const again = { ...minting, pairs: [{ version: 5, key: "k" }] };
  const rows: readonly Row[] = [
    [
      "is named with the next version",
      minting,
      told,
      commits(minting, { ...named, pairs: [{ version: 5, key: "k" }] }),
    ],
    [
      "beside an older one is named without a version",
      { ...minting, ...keeping },
      told,
      commits({ ...minting, ...keeping }, { ...named, pairs: [{ version: 0, key: "k" }] }),
    ],
    ["named before is named once", again, told, commits(again, named)],
    [
      "of the same version as another's is a pair of its own",
      { ...minting, pairs: [{ version: 5, key: "b" }] },
      told,
      commits(minting, {
        ...named,
        pairs: [
          { version: 5, key: "b" },
          { version: 5, key: "k" },
        ],
      }),
    ],
    [
      "of a key with another version is a pair of its own",
      { ...minting, pairs: [{ version: 3, key: "k" }] },
      told,
      commits(minting, {
        ...named,
        pairs: [
          { version: 3, key: "k" },
          { version: 5, key: "k" },
        ],
      }),
    ],
    [
      "without an answer may come a window after its lease",
      minting,
      late(300),
      commits(minting, { phase: "new", quietAt: 1_300 }),
    ],
    [
      "without an answer may come a window from now",
      minting,
      late(50),
      commits(minting, { phase: "new", quietAt: windowEnd }),
    ],
    ["that was refused is over", minting, { saw: "mint-refused", now }, commits(minting, { phase: "new" })],
  ];
  it.each(rows)("%s", check);
});

describe("a slot", () => {
  const fresh = at("new", { key: null });
  const minted = at("minted");
  const alone = at("minted", {
    pairs: [
      { version: 5, key: "b" },
      { version: 5, key: "k" },
    ],
  });
  const adopted = commits(minted, { phase: "vaulted", version: 5, giveUpAt: null });
  const discarded = commits(minted, { phase: "discarding", doomed: ["k"] });
  const current = (more: Partial<ReturnType<typeof whole>>) => slotOf(5, { versions: [{ ...whole(5), ...more }] });
  const rows: readonly Row[] = [
    [
      "is where the next version is counted from",
      fresh,
      slot(slotOf(7)),
      commits(fresh, { phase: "clearing", base: 7 }),
    ],
    ["that is not there counts from none", fresh, slot(null), commits(fresh, { phase: "clearing", base: 0 })],
    ["read for no key stops", at("minted", { key: null }), slot(slotOf(5), true), { do: "stop" }],
    ["read with the secret in hand offers the next version", minted, slot(slotOf(6), true), commits(minted, adds(7))],
    ["offers the same version once", at("minted", { probed: false }), slot(slotOf(4), true), commits(minted, {})],
    ["that is gone offers the first", minted, slot(null, true), commits(minted, adds(1))],
    ["whose current version was this key's alone holds it", minted, slot(slotOf(5)), adopted],
    ["whose current version is older does not", minted, slot(slotOf(4)), discarded],
    ["whose current version is later does not", minted, slot(slotOf(6)), discarded],
    ["whose list does not name the version does not", minted, slot(slotOf(5, { versions: [whole(4)] })), discarded],
    ["whose version was destroyed does not", minted, slot(current({ destroyed: true })), discarded],
    ["whose version was deleted does not", minted, slot(current({ deleted: true })), discarded],
    ["that is not there does not", minted, slot(null), discarded],
    [
      "whose version two keys could have written does not",
      alone,
      slot(slotOf(5)),
      commits(alone, { phase: "discarding", doomed: ["k"] }),
    ],
    [
      "whose version this key was never given does not",
      at("minted", { pairs: [{ version: 4, key: "k" }] }),
      slot(slotOf(5)),
      commits(at("minted", { pairs: [{ version: 4, key: "k" }] }), { phase: "discarding", doomed: ["k"] }),
    ],
    [
      "whose older version another key was given holds it",
      at("minted", { pairs: [{ version: 4, key: "b" }, ...minted.pairs] }),
      slot(slotOf(5)),
      commits(at("minted", { pairs: [{ version: 4, key: "b" }, ...minted.pairs] }), {
        phase: "vaulted",
        version: 5,
        giveUpAt: null,
      }),
    ],
    [
      "that took the secret is told by its version",
      minted,
      { saw: "put", version: 6, now },
      commits(minted, { phase: "vaulted", version: 6, giveUpAt: null }),
    ],
    ["that perhaps took it is read", minted, { saw: "put-unknown", now }, { do: "read" }],
  ];
  it.each(rows)("%s", check);
});

describe("a key that is tried", () => {
  const untried = at("minted", { probed: false });
  const besideOld = at("minted", { probed: false, ...keeping, pairs: [{ version: 0, key: "k" }] });
  const works: ServerChosenSeen = { saw: "probe", works: true, now };
  const fails = (when: number): ServerChosenSeen => ({ saw: "probe", works: false, now: when });
  const discarded = (facts: Facts) => commits(facts, { phase: "discarding", doomed: ["k"] });
  const rows: readonly Row[] = [
    ["and works is written", untried, works, { do: "put", cas: 4 }],
    [
      "and works beside an older one is given its version first",
      besideOld,
      works,
      commits(besideOld, {
        probed: true,
        expects: 5,
        pairs: [
          { version: 0, key: "k" },
          { version: 5, key: "k" },
        ],
      }),
    ],
    ["and works, given its version before, is written", { ...besideOld, probed: true }, works, { do: "put", cas: 4 }],
    ["and does not work yet is tried again after a pause", untried, fails(now), { do: "wait", until: 150 }],
    ["is tried a last time when the window ends", untried, fails(880), { do: "wait", until: 900 }],
    ["and does not work a millisecond before the end is tried again", untried, fails(899), { do: "wait", until: 900 }],
    ["and does not work at the end of the window is discarded", untried, fails(900), discarded(untried)],
    [
      "without a window is discarded at once",
      at("minted", { giveUpAt: null }),
      fails(now),
      discarded(at("minted", { giveUpAt: null })),
    ],
    [
      "and has no name leaves nothing to delete",
      at("minted", { key: null }),
      fails(900),
      commits(at("minted", { key: null }), { phase: "discarding", doomed: [] }),
    ],
    [
      "and has no name is offered as nobody's",
      { ...besideOld, key: null },
      works,
      commits({ ...besideOld, key: null }, { probed: true }),
    ],
  ];
  it.each(rows)("%s", check);
});

describe("a removal", () => {
  const doomed = at("discarding", { doomed: ["a", "b"] });
  const until = (quietAt: number | null) => ({ ...doomed, quietAt });
  const rows: readonly Row[] = [
    ["follows its deactivation", doomed, { saw: "deactivated", id: "a", now }, { do: "remove", id: "a" }],
    [
      "that the target confirms is kept",
      doomed,
      removed("deleted"),
      commits(doomed, { doomed: ["b"], gone: ["g", "a"] }),
    ],
    [
      "that is absent proves nothing before a window has passed",
      doomed,
      removed("absent"),
      commits(doomed, { doomed: ["b"], quietAt: windowEnd }),
    ],
    [
      "without an answer proves nothing before a window has passed",
      doomed,
      removed("unknown"),
      commits(doomed, { doomed: ["b"], quietAt: windowEnd }),
    ],
    ["shortens no window", until(5_000), removed("absent"), commits(doomed, { doomed: ["b"], quietAt: 5_000 })],
    ["lengthens a shorter one", until(500), removed("absent"), commits(doomed, { doomed: ["b"], quietAt: windowEnd })],
  ];
  it.each(rows)("%s", check);
});

describe("a list", () => {
  const clearing = at("clearing", { key: null, giveUpAt: null });
  const vaulted = at("vaulted", { version: 5, giveUpAt: null });
  const waits = at("vaulted", { version: 5, giveUpAt: 120 });
  const quiet = (facts: Facts, quietAt: number) => ({ ...facts, quietAt });
  const mints = (facts: Facts) => commits(facts, { phase: "minting", attempt: 3, quietAt: null });
  const done = commits(vaulted, { phase: "done", quietAt: null, giveUpAt: null });
  const unmakes = at("unmaking");
  const rows: readonly Row[] = [
    ["of nothing lets a key be minted", clearing, keys(), mints(clearing)],
    [
      "of what is kept and what is gone lets a key be minted",
      { ...clearing, ...keeping },
      keys(key("old"), key("g")),
      mints({ ...clearing, ...keeping }),
    ],
    [
      "of others dooms them",
      { ...clearing, ...keeping },
      keys(key("old"), key("a"), key("b")),
      commits({ ...clearing, ...keeping }, { doomed: ["a", "b"] }),
    ],
    [
      "of an own key that is not stored dooms it, used or not",
      at("clearing"),
      keys(key("k", { everUsed: true })),
      commits(at("clearing"), { doomed: ["k"] }),
    ],
    [
      "of a stranger's used key remembers it, once",
      at("clearing", { used: ["a", "z"] }),
      keys(key("a", { everUsed: true }), key("b", { everUsed: true }), key("c")),
      commits(at("clearing"), { doomed: ["a", "b", "c"], used: ["a", "z", "b"] }),
    ],
    ["after a stranger's key was used freezes", at("clearing", { used: ["a"] }), keys(), { do: "freeze", keys: ["a"] }],
    [
      "after a stranger's key was used freezes what is stored",
      { ...vaulted, used: ["a"] },
      keys(key("k")),
      { do: "freeze", keys: ["a"] },
    ],
    ["within a window proves nothing", quiet(clearing, 200), keys(), { do: "wait", until: 150 }],
    [
      "within a window proves nothing of what is stored",
      quiet(vaulted, 120),
      keys(key("k")),
      { do: "wait", until: 120 },
    ],
    [
      "within a window is no time to freeze",
      quiet(at("clearing", { used: ["a"] }), 101),
      keys(),
      { do: "wait", until: 101 },
    ],
    ["at the end of a window proves it", quiet(clearing, now), keys(), mints(clearing)],
    ["of the recorded key ends it", quiet(vaulted, now), keys(key("k"), key("g")), done],
    ["of the recorded key ends it, though it was missing once", waits, keys(key("k")), done],
    ["without the recorded key waits for it", vaulted, keys(), commits(vaulted, { giveUpAt: windowEnd })],
    [
      "with the recorded key inactive waits for it",
      vaulted,
      keys(key("k", { active: false })),
      commits(vaulted, { giveUpAt: windowEnd }),
    ],
    [
      "of another active key waits for the recorded one",
      { ...vaulted, ...keeping },
      keys(key("old")),
      commits({ ...vaulted, ...keeping }, { giveUpAt: windowEnd }),
    ],
    ["still without it waits on", waits, keys(), { do: "wait", until: 120 }],
    ["still without it a pause later waits on", { ...waits, giveUpAt: 200 }, keys(), { do: "wait", until: 150 }],
    [
      "still without it at the end of the window discards it",
      { ...waits, giveUpAt: now },
      keys(),
      commits(vaulted, { giveUpAt: now, phase: "discarding", doomed: ["k"] }),
    ],
    [
      "of others beside the recorded key dooms them first",
      vaulted,
      keys(key("k"), key("a")),
      commits(vaulted, { doomed: ["a"] }),
    ],
    [
      "of nothing ends what is taken back, used or not",
      at("unmaking", { used: ["a"], quietAt: now }),
      keys(),
      commits(at("unmaking", { used: ["a"] }), { phase: "unmade", quietAt: null }),
    ],
    ["of the own key dooms it while it is taken back", unmakes, keys(key("k")), commits(unmakes, { doomed: ["k"] })],
    ["within a window ends nothing that is taken back", quiet(unmakes, 101), keys(), { do: "wait", until: 101 }],
    [
      "where none is recorded though one is stored waits for one",
      at("vaulted", { key: null, giveUpAt: null }),
      keys(),
      commits(at("vaulted", { key: null }), { giveUpAt: windowEnd }),
    ],
  ];
  it.each(rows)("%s", check);
});

describe("a key", () => {
  const named: readonly (readonly [string, Partial<Facts>])[] = [
    ["recorded", { key: "x" }],
    ["kept", { keep: ["old", "x"] }],
    ["doomed", { doomed: ["y", "x"] }],
    ["gone", { gone: ["g", "x"] }],
    [
      "offered",
      {
        pairs: [
          { version: 1, key: "y" },
          { version: 2, key: "x" },
        ],
      },
    ],
  ];
  it.each(named)("that is %s is named by its row, and not taken back by who lost it", (_, more) => {
    expect(names(at("minted", more), "x")).toBe(true);
    expect(names(at("minted", more), "w")).toBe(false);
    expect(next(at("minted", more), { saw: "lost", minted: "x", now }, timing)).toEqual({ do: "stop" });
    expect(next(at("minted", more), { saw: "lost", minted: "w", now }, timing)).toEqual({ do: "undo", id: "w" });
  });
  it("that was not minted is not taken back", () =>
    expect(next(at("minting"), { saw: "lost", minted: null, now }, timing)).toEqual({ do: "stop" }));
});

describe("taking back", () => {
  it.each(["unmaking", "unmade"] as const)("is decided once: %s stays", (phase) => {
    const facts = at(phase);
    expect(unmaking(facts, now, timing)).toBe(facts);
  });
  it.each<[string, Facts, Partial<Facts>]>([
    ["what is stored dooms its key", at("done"), { doomed: ["k"] }],
    ["what is doomed already dooms it once", at("discarding", { doomed: ["k"] }), { doomed: ["k"] }],
    ["beside another doomed one dooms both", at("discarding", { doomed: ["a"] }), { doomed: ["a", "k"] }],
    ["what has no key dooms none", at("new", { key: null, quietAt: 70 }), { quietAt: 70 }],
    ["a mint that was begun waits for it", at("minting", { key: null, quietAt: 70 }), { quietAt: windowEnd }],
  ])("%s", (_, facts, change) =>
    expect(unmaking(facts, now, timing)).toEqual({ ...facts, phase: "unmaking", ...change }),
  );
});

describe("once more before power", () => {
  const done = at("done", { version: 5, ...keeping });
  it("a secret that is not stored any more dooms its key, whatever is listed", () => {
    for (const listed of [[], [key("old"), key("k")]])
      expect(rechecked(done, { isStored: false, keys: listed })).toEqual({
        ...done,
        phase: "discarding",
        doomed: ["k"],
      });
    const nameless = { ...done, key: null, doomed: ["a"] };
    expect(rechecked(nameless, { isStored: false, keys: [] })).toEqual({ ...nameless, phase: "discarding" });
    expect(rechecked({ ...done, doomed: ["a"] }, { isStored: false, keys: [] })?.doomed).toEqual(["a", "k"]);
  });
  it.each<[string, readonly KeySeen[], boolean]>([
    ["exactly the recorded ones", [key("k"), key("old")], true],
    ["one that is gone, still listed", [key("old"), key("k"), key("g")], true],
    ["one too many", [key("old"), key("k"), key("a")], false],
    ["another instead", [key("old"), key("a")], false],
    ["an older one inactive", [key("old", { active: false }), key("k")], false],
    ["none", [], false],
  ])("of keys %s are as recorded: %s", (_, listed, isExact) => {
    expect(exactlyRecorded(done, listed)).toBe(isExact);
    expect(rechecked(done, { isStored: true, keys: listed })).toEqual(isExact ? null : { ...done, phase: "vaulted" });
  });
  it("no key at all is as recorded where none is", () =>
    expect(exactlyRecorded(at("done", { key: null }), [])).toBe(true));
});
