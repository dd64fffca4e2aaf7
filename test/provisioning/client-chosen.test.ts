import { describe, expect, it } from "vitest";
import { newClientChosen, next } from "#lib/domain/provisioning/client-chosen-secret.ts";
import { type Bounds as BesideBounds, besideModel, type Sabotage } from "./client-chosen-beside-model.ts";
import { type Bounds, clientChosenModel } from "./client-chosen-model.ts";
import { explore } from "./explore.ts";

const wide = process.env.CHARTER_EXPLORE === "wide";
/** For `npm run mutate`: a first look at each, thousands of times. */
const narrow = process.env.CHARTER_EXPLORE === "narrow";
const limit = narrow ? 1_500 : wide ? 12_000_000 : 900_000;
const explored = (bounds: Bounds) => explore(clientChosenModel(bounds), limit);

describe("a secret that we choose", () => {
  const within: [string, Bounds][] = [
    ["two takeovers, two lost answers, a paused worker", { takeovers: 2, losses: 2, sleepers: 1 }],
    ["three workers", { takeovers: 2, losses: 1, sleepers: 2 }],
    ["somebody else's hand in the vault", { takeovers: 2, losses: 0, sleepers: 0, vaultHands: 1 }],
  ];
  const wider: [string, Bounds][] = [["three takeovers, three lost answers", { takeovers: 3, losses: 3, sleepers: 2 }]];
  it.each(wide ? [...within, ...wider] : within)(
    "is the same in vault and target, always, within %s",
    (name, bounds) => {
      const result = explored(bounds);
      console.log(`explored ${result.states} states: ${name}`);
      expect(result.broken).toBeNull();
      expect(result.cut).toBe(narrow && result.cut);
    },
    600_000,
  );

  const loggingIn: [NonNullable<Bounds["sabotage"]>, Bounds, RegExp][] = [
    ["login-without-comparing", { takeovers: 2, losses: 1, sleepers: 1 }, /after it was closed/],
    ["login-unchecked", { takeovers: 0, losses: 0, sleepers: 0, vaultHands: 1 }, /another version/],
    ["version-is-enough", { takeovers: 0, losses: 0, sleepers: 0, vaultHands: 1 }, /not the target's/],
  ];
  it.skipIf(narrow).each(loggingIn)(
    "is broken, and seen to be, by %s",
    (sabotage, bounds, why) => expect(explored({ ...bounds, sabotage }).broken?.why).toMatch(why),
    120_000,
  );
});

describe("a secret that replaces another", () => {
  const seen = (bounds: BesideBounds) => explore(besideModel(bounds), limit);
  const within: [string, BesideBounds][] = [
    ["two takeovers, two lost answers", { takeovers: 2, losses: 2, sleepers: 0 }],
    ["two takeovers, a lost answer, a paused worker", { takeovers: 2, losses: 1, sleepers: 1 }],
    ["a request that closes it at any moment", { takeovers: 1, losses: 1, sleepers: 1, closes: true }],
  ];
  const wider: [string, BesideBounds][] = [
    ["three takeovers, two lost answers, a paused worker", { takeovers: 3, losses: 2, sleepers: 1 }],
  ];
  it.each(wide ? [...within, ...wider] : within)(
    "works for whoever fetches it, at every moment, within %s",
    (name, bounds) => {
      const result = seen(bounds);
      console.log(`explored ${result.states} states: beside, ${name}`);
      expect(result.broken).toBeNull();
      expect(result.cut).toBe(narrow && result.cut);
    },
    600_000,
  );

  const caught: [Sabotage, BesideBounds, RegExp][] = [
    ["reuses-what-was-offered", { takeovers: 2, losses: 1, sleepers: 0 }, /a consumer fetches/],
    ["forgets-pairs", { takeovers: 2, losses: 1, sleepers: 0 }, /a consumer fetches|recorded/],
    ["enables-without-comparing", { takeovers: 1, losses: 1, sleepers: 1, closes: true }, /enabled after/],
    ["stores-before-enabling", { takeovers: 0, losses: 0, sleepers: 0 }, /a consumer fetches/],
    ["clears-nothing", { takeovers: 1, losses: 0, sleepers: 0 }, /2 new holders/],
  ];
  it.skipIf(narrow).each(caught)(
    "is broken, and seen to be, by a worker that %s",
    (sabotage, bounds, why) => expect(seen({ ...bounds, sabotage }).broken?.why).toMatch(why),
    120_000,
  );
});

describe("an interrupted attempt", () => {
  const attempt = { ...newClientChosen(), phase: "attempt" as const, attempt: 3, expects: 7 };
  it("is adopted when the target holds exactly it", () =>
    expect(next(attempt, { saw: "held", held: { attempt: 3 }, holding: false })).toMatchObject({
      facts: { phase: "set", version: 7 },
    }));
  it.each([2, 4])("is forgotten for good when the target holds attempt %i", (held) =>
    expect(next(attempt, { saw: "held", held: { attempt: held }, holding: false })).toMatchObject({
      facts: { phase: "forgot", attempt: Math.max(3, held) },
    }),
  );
  it.each(["closed", "absent", "not-ours"] as const)("is refused when the target's object is %s", (held) =>
    expect(next(attempt, { saw: "held", held, holding: true })).toEqual({ do: "refuse", why: held }),
  );
  it("is followed by a number never used before", () =>
    expect(
      next({ ...attempt, phase: "forgot" }, { saw: "slot", current: 7, whole: true, holding: false }),
    ).toMatchObject({
      facts: { phase: "attempt", attempt: 4, expects: 8 },
    }));
});
