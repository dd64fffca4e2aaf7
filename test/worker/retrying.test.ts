import { describe, expect, it } from "vitest";
import { Squatter } from "#lib/connectors/connector.ts";
import { type FaultKind, TargetFault } from "#lib/domain/fault.ts";
import { Frozen, PutOff } from "#lib/worker/credential-storing.ts";
import { pauseMs, reactionTo, stuckAfter } from "#lib/worker/retrying.ts";

const of = (powerless: boolean) => ({ powerless, object: "charter-dev-x" });

describe("the pause before another try", () => {
  it("is anywhere between nothing and twice as much as before, at most fifteen minutes", () => {
    const most = (attempts: number) => pauseMs(attempts, { random: 1, atLeastMs: 0 });
    expect([0, 1, 2, 5].map(most)).toEqual([1_000, 2_000, 4_000, 32_000]);
    expect([10, 20, 21, 10_000].map(most)).toEqual([900_000, 900_000, 900_000, 900_000]);
    expect(pauseMs(3, { random: 0, atLeastMs: 0 })).toBe(0);
    expect(pauseMs(3, { random: 0.33333, atLeastMs: 0 })).toBe(2_667);
  });
  it("is never shorter than the target asked", () => {
    expect(pauseMs(0, { random: 1, atLeastMs: 7_000 })).toBe(7_000);
    expect(pauseMs(9, { random: 1, atLeastMs: 7_000 })).toBe(512_000);
  });
  it("is shown to people after so many tries", () => expect(stuckAfter).toBe(6));
});

describe("what a step threw", () => {
  const again = { do: "again", named: true, ambiguous: false, atLeastMs: 0, stuckNow: false, finding: null };
  const fault = (kind: FaultKind) => ({ kind, code: "code", sentence: "Said." });
  const thrown = (kind: FaultKind, retryAfterMs?: number) =>
    new TargetFault(kind, "code", retryAfterMs === undefined ? "Said." : { sentence: "Said.", retryAfterMs });

  it.each<[FaultKind, object]>([
    ["throttled", {}],
    ["unavailable", {}],
    ["conflict", {}],
    ["not-found", {}],
    ["ambiguous", { ambiguous: true }],
    ["denied", { stuckNow: true }],
    ["quota", { stuckNow: true }],
  ])("as %s is tried again, shown at once where people must act", (kind, more) => {
    for (const powerless of [true, false])
      expect(reactionTo(thrown(kind), of(powerless))).toEqual({ ...again, fault: fault(kind), ...more });
  });
  it("as invalid is taken back where it has no power, else shown", () => {
    const said = { fault: fault("invalid"), sentence: "Said.", squatter: null };
    expect(reactionTo(thrown("invalid"), of(true))).toEqual({ do: "fail", ...said });
    expect(reactionTo(thrown("invalid"), of(false))).toEqual({ ...again, fault: fault("invalid"), stuckNow: true });
  });
  it("waits as long as the target asked", () => {
    expect(reactionTo(thrown("throttled", 9_000), of(false))).toMatchObject({ do: "again", atLeastMs: 9_000 });
  });
  it("without a name may have reached the target, and says nothing of itself", () => {
    const unnamed = { ...again, named: false, ambiguous: true };
    const sentence = "The worker met a fault that it cannot name.";
    const told = (code: string) => ({ ...unnamed, fault: { kind: "ambiguous", code, sentence } });
    expect(reactionTo(new RangeError("a secret"), of(true))).toEqual(told("RangeError"));
    expect(reactionTo("a secret", of(false))).toEqual(told("unknown"));
  });
  it("to wait for a window is waited for", () => {
    expect(reactionTo(new PutOff(1_234), of(true))).toEqual({ do: "wait", forMs: 1_234 });
  });
  it("of a name that somebody else has is taken back where it has no power, else a finding", () => {
    const squatter = new Squatter("charter-dev-x", "it carries no mark of ours");
    const sentence = `The name is already taken by something that is not ours: ${squatter.message}.`;
    const said = { kind: "conflict", code: "squatter", sentence };
    expect(reactionTo(squatter, of(true))).toEqual({
      ...{ do: "fail", fault: said, sentence, squatter: "charter-dev-x" },
    });
    const todo =
      "It has been left as it is: look who made it, and remove it at the target. This closes once the name is free.";
    const finding = { kind: "squatter", object: "charter-dev-x", sentence: `${sentence} ${todo}` };
    expect(reactionTo(squatter, of(false))).toEqual({ ...again, fault: said, stuckNow: true, finding });
  });
  it("of a strange key that was used stays without power, at the longest pause, until people have looked", () => {
    const sentence =
      "A credential that nobody recorded was used before it was deleted. The identity gets no power: have it taken back, and look who used it.";
    const finding = { kind: "used-stray", object: "charter-dev-x", sentence };
    const said = { kind: "conflict", code: "used-stray", sentence };
    const stays = { ...again, fault: said, atLeastMs: 900_000, stuckNow: true, finding };
    for (const powerless of [true, false]) expect(reactionTo(new Frozen(["k"]), of(powerless))).toEqual(stays);
  });
});
