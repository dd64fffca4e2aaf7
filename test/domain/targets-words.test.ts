import { describe, expect, test } from "vitest";
import { Squatter } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { compare, sayUnrecorded, unrecordedCredentials, whyStray } from "#lib/domain/reconciliation.ts";
import { whyNotPlain } from "#lib/domain/text.ts";

const hostile = `x\u202e${"\n"}\u0000dniL araM yb devorppa \u2066\ud800${"y".repeat(5_000)}`;
const isPlain = (text: string, max: number) => expect(whyNotPlain(text, { min: 1, max })).toBeNull();

describe("a name that somebody chose at a target", () => {
  test.each([
    { proved: true, failed: true },
    { proved: false, failed: false },
  ])("leaves the sentence of a stray object in its order: %j", (found) => {
    const sentence = whyStray({ name: hostile, ...found })?.sentence ?? "";
    isPlain(sentence, 500);
    expect(sentence).toMatch(/ (at the target\.|nobody can say\.)$/);
  });

  test("leaves what differs in its order", () => {
    const recorded = { objectName: "acme-ledger", state: "live" } as const;
    const drifted = compare({ state: "ours", enabled: true, differences: [`privileges in ${hostile}`, "a"] }, recorded);
    const taken = compare({ state: "not-ours", why: hostile }, recorded);
    expect(drifted.differences).toHaveLength(2);
    for (const sentence of [...drifted.differences, ...taken.differences]) isPlain(sentence, 500);
  });

  test("leaves a fault's sentence and code in their order, and short", () => {
    const fault = new TargetFault("conflict", hostile, `It is not as planned: ${hostile}.`);
    isPlain(fault.code, 100);
    isPlain(fault.sentence, 1_000);
    isPlain(fault.message, 1_200);
    expect(fault.sentence).toMatch(/^It is not as planned: x/);
    const { name, kind, retryAfterMs } = fault;
    expect({ name, kind, retryAfterMs }).toEqual({ name: "TargetFault", kind: "conflict", retryAfterMs: null });
    const put = new TargetFault("throttled", "Slow", { sentence: "It asked to wait.", retryAfterMs: 900 });
    expect([put.message, put.retryAfterMs]).toEqual(["throttled Slow: It asked to wait.", 900]);
    isPlain(new Squatter(hostile, hostile).message, 1_000);
  });
});

describe("a credential at the target", () => {
  const listed = [
    { id: "AKIA1", active: true },
    { id: "AKIA2", active: true },
    { id: "AKIA3", active: false },
  ];
  test("that works and was never recorded is said", () =>
    expect(unrecordedCredentials(listed, ["AKIA1"]).map(sayUnrecorded)).toEqual([
      "The credential AKIA2 works and was not made by this portal.",
    ]));
  test("that was recorded, is disabled, or is being replaced is not", () => {
    expect(unrecordedCredentials(listed, ["AKIA1", "AKIA2"])).toEqual([]);
    expect(unrecordedCredentials(listed, null)).toEqual([]);
  });
});
