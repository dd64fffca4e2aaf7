import { describe, expect, it, test } from "vitest";
import {
  type ClientChosenAction,
  type ClientChosenFacts,
  type ClientChosenSeen,
  type HeldAttempt,
  newBeside,
  newClientChosen,
  next,
  unstored,
} from "#lib/domain/provisioning/client-chosen-secret.ts";

const slot = (current: number, holding: boolean, whole = true): ClientChosenSeen => ({
  ...{ saw: "slot", current, holding, whole },
});
const held = (attempt: HeldAttempt | number, holding: boolean): ClientChosenSeen => ({
  ...{ saw: "held", held: typeof attempt === "number" ? { attempt } : attempt, holding },
});
type Row = readonly [string, ClientChosenFacts, ClientChosenSeen, ClientChosenAction];
const commits = (facts: ClientChosenFacts): ClientChosenAction => ({ do: "checkpoint", facts });
const saw = (what: "resumed" | "saved" | "put-unknown" | "set" | "set-unknown"): ClientChosenSeen => ({ saw: what });

test("nothing is committed before the first attempt", () => {
  const fresh = { phase: "new", attempt: 0, expects: 0, version: null };
  expect(newClientChosen()).toEqual({ ...fresh, beside: null });
  expect(newBeside()).toEqual({ ...fresh, beside: { turn: 0, pairs: [] } });
});

describe("a first password", () => {
  const at = (phase: ClientChosenFacts["phase"], more: Partial<ClientChosenFacts> = {}): ClientChosenFacts => ({
    ...{ phase, attempt: 3, expects: 7, version: null, beside: null },
    ...more,
  });
  const attempt = at("attempt");
  const done = at("set", { version: 7 });
  const rows: readonly Row[] = [
    ["new, taken up, begins at the vault", newClientChosen(), saw("resumed"), { do: "prepare" }],
    ["attempted, taken up, is read at the target", attempt, saw("resumed"), { do: "look" }],
    ["forgotten, taken up, begins at the vault", at("forgot"), saw("resumed"), { do: "prepare" }],
    ["set, taken up, is done", done, saw("resumed"), { do: "done" }],
    ["attempted, committed, is written", attempt, saw("saved"), { do: "put", cas: 6 }],
    ["forgotten, committed, begins at the vault", at("forgot"), saw("saved"), { do: "prepare" }],
    ["set, committed, is done", done, saw("saved"), { do: "done" }],
    ["new is the first attempt", newClientChosen(), slot(0, false), commits(at("attempt", { attempt: 1, expects: 1 }))],
    ["in hand keeps its number", attempt, slot(8, true), commits(at("attempt", { expects: 9 }))],
    ["lost takes the next number", attempt, slot(8, false), commits(at("attempt", { attempt: 4, expects: 9 }))],
    [
      "forgotten takes the next, whatever is in hand",
      at("forgot"),
      slot(8, true),
      commits(at("attempt", { attempt: 4, expects: 9 })),
    ],
    ["written is set", attempt, { saw: "put", version: 7 }, { do: "set", attempt: 3 }],
    ["perhaps written is looked for", attempt, saw("put-unknown"), { do: "read" }],
    ["set is committed with its version", attempt, saw("set"), commits(done)],
    ["perhaps set is looked for", attempt, saw("set-unknown"), { do: "look" }],
    ["that the target holds is adopted, in hand", attempt, held(3, true), commits(done)],
    ["that the target holds is adopted, lost", attempt, held(3, false), commits(done)],
    ["in hand is set again over a lower one", attempt, held(2, true), { do: "set", attempt: 3 }],
    ["lost is forgotten under a lower one", attempt, held(2, false), commits(at("forgot"))],
    ["in hand is forgotten under a higher one", attempt, held(9, true), commits(at("forgot", { attempt: 9 }))],
    ["lost is forgotten under a higher one", attempt, held(9, false), commits(at("forgot", { attempt: 9 }))],
    ["of a closed holder is refused", attempt, held("closed", true), { do: "refuse", why: "closed" }],
    ["of a holder that is gone is refused", attempt, held("absent", false), { do: "refuse", why: "absent" }],
    ["of somebody else's holder is refused", attempt, held("not-ours", true), { do: "refuse", why: "not-ours" }],
  ];
  it.each(rows)("%s", (_, facts, seen, action) => expect(next(facts, seen)).toEqual(action));

  it.each([{ saw: "enabled" }, { saw: "enable-unknown" }, { saw: "probe", works: true }, { saw: "cleared" }] as const)(
    "is never asked for by what answers with $saw",
    (seen) => expect(() => next(attempt, seen)).toThrow(`A first secret is never ${seen.saw}.`),
  );

  it("that the vault no longer shows is forgotten under its number", () =>
    expect(unstored(done)).toEqual(at("forgot", { version: null })));
});

describe("a password that replaces another", () => {
  const pair = (version: number, attempt: number) => ({ version, attempt });
  const beside = (turn: number, ...pairs: ReturnType<typeof pair>[]) => ({ turn, pairs });
  const at = (phase: ClientChosenFacts["phase"], more: Partial<ClientChosenFacts> = {}): ClientChosenFacts => ({
    ...{ phase, attempt: 3, expects: 7, version: null, beside: beside(1, pair(5, 2), pair(7, 3)) },
    ...more,
  });
  const [attempt, offered, forgot] = [at("attempt"), at("offered"), at("forgot")];
  const stored = at("stored", { version: 7 });
  const next1 = beside(2, pair(5, 2), pair(7, 3));
  const twice = at("offered", { beside: beside(1, pair(7, 2), pair(7, 3)) });
  const rows: readonly Row[] = [
    ["new, taken up, begins at the vault", newBeside(), saw("resumed"), { do: "prepare" }],
    ["attempted, taken up, was never offered", attempt, saw("resumed"), commits(forgot)],
    ["offered, taken up, may be in the vault", offered, saw("resumed"), { do: "read" }],
    ["forgotten, taken up, begins at the vault", forgot, saw("resumed"), { do: "prepare" }],
    ["stored, taken up, is cleared", stored, saw("resumed"), { do: "clear" }],
    ["set, taken up, is done", at("set", { version: 7 }), saw("resumed"), { do: "done" }],
    ["new, committed, begins at the vault", newBeside(), saw("saved"), { do: "prepare" }],
    ["attempted, committed, is set", attempt, saw("saved"), { do: "set", attempt: 3 }],
    ["offered, committed, is written", offered, saw("saved"), { do: "put", cas: 6 }],
    ["forgotten, committed, begins at the vault", forgot, saw("saved"), { do: "prepare" }],
    ["stored, committed, is cleared", stored, saw("saved"), { do: "clear" }],
    ["set, committed, is done", at("set", { version: 7 }), saw("saved"), { do: "done" }],
    ["new is looked for at the target", newBeside(), slot(4, false), { do: "look" }],
    ["forgotten is looked for at the target", forgot, slot(7, false), { do: "look" }],
    [
      "tried is offered under the next version",
      attempt,
      slot(7, true),
      commits(at("offered", { expects: 8, beside: beside(1, pair(5, 2), pair(7, 3), pair(8, 3)) })),
    ],
    ["offered again under the same version is one pair", offered, slot(6, true), commits(offered)],
    [
      "offered where another attempt was is a pair of its own",
      offered,
      slot(4, true),
      commits(at("offered", { expects: 5, beside: beside(1, pair(5, 2), pair(7, 3), pair(5, 3)) })),
    ],
    ["offered, shown whole and current, is adopted", offered, slot(7, false), commits(stored)],
    ["offered, not whole, is left behind", offered, slot(7, false, false), commits(at("forgot", { beside: next1 }))],
    ["offered, not yet written, is left behind", offered, slot(6, false), commits(at("forgot", { beside: next1 }))],
    ["offered, written over, is left behind", offered, slot(8, false), commits(at("forgot", { beside: next1 }))],
    [
      "offered, where two could have written, is left behind",
      twice,
      slot(7, false),
      commits({ ...twice, phase: "forgot", beside: { ...twice.beside, turn: 2, pairs: twice.beside?.pairs ?? [] } }),
    ],
    [
      "new, where there is no holder, is the first attempt",
      newBeside(),
      held("absent", false),
      commits({ ...newBeside(), phase: "attempt", attempt: 1 }),
    ],
    [
      "forgotten, over a lower one, takes the next number",
      forgot,
      held(2, false),
      commits(at("attempt", { attempt: 4 })),
    ],
    ["forgotten, under a higher one, goes above it", forgot, held(9, false), commits(at("attempt", { attempt: 10 }))],
    [
      "forgotten, its holder closed, goes to the next holder",
      forgot,
      held("closed", false),
      commits(at("forgot", { beside: next1 })),
    ],
    ["attempted, its holder closed, is refused", attempt, held("closed", true), { do: "refuse", why: "closed" }],
    [
      "forgotten, its holder somebody else's, is refused",
      forgot,
      held("not-ours", false),
      { do: "refuse", why: "not-ours" },
    ],
    [
      "attempted, its holder somebody else's, is refused",
      attempt,
      held("not-ours", true),
      { do: "refuse", why: "not-ours" },
    ],
    ["in hand, held, is let in", attempt, held(3, true), { do: "enable", attempt: 3 }],
    ["in hand, not held, is set again", attempt, held(2, true), { do: "set", attempt: 3 }],
    ["in hand, its holder not made, is set again", attempt, held("absent", true), { do: "set", attempt: 3 }],
    ["in hand, under a higher one, is forgotten", attempt, held(9, true), commits(at("forgot", { attempt: 9 }))],
    ["lost, held, is forgotten", attempt, held(3, false), commits(forgot)],
    ["lost, not held, is forgotten", attempt, held(2, false), commits(forgot)],
    ["set is let in", attempt, saw("set"), { do: "enable", attempt: 3 }],
    ["perhaps set is looked for", attempt, saw("set-unknown"), { do: "look" }],
    ["perhaps let in is looked for", attempt, { saw: "enable-unknown" }, { do: "look" }],
    ["let in is tried", attempt, { saw: "enabled" }, { do: "probe" }],
    ["that works is to be offered", attempt, { saw: "probe", works: true }, { do: "read" }],
    ["that does not work is refused", attempt, { saw: "probe", works: false }, { do: "refuse", why: "not-accepted" }],
    [
      "written is stored, under the version that was told",
      offered,
      { saw: "put", version: 9 },
      commits(at("stored", { version: 9 })),
    ],
    ["perhaps written is looked for", offered, saw("put-unknown"), { do: "read" }],
    ["alone is set", stored, { saw: "cleared" }, commits(at("set", { version: 7 }))],
  ];
  it.each(rows)("%s", (_, facts, seen, action) => expect(next(facts, seen)).toEqual(action));
});
