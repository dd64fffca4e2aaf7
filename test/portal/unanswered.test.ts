import { describe, expect, test } from "vitest";
import { unanswered } from "#components/unanswered.ts";
import { busy } from "#lib/web/busy.ts";

describe("a page whose action was sent away", () => {
  test.each([
    [429, 1, "in 1 second."],
    [503, 2, "in 2 seconds."],
    [429, 61, "in 61 seconds."],
  ] as const)(
    "says of %i that nothing changed, that what was typed is there, and to try again after %i s",
    (status, again, when) => {
      const told = unanswered(new Error(busy(status, again).sentence), true);
      expect(told).toMatchObject({ again, refusals: [{ mend: "What you typed is still here." }] });
      expect("refusals" in told && told.refusals[0].sentence).toMatch(/ Nothing was changed; try again /);
      expect("refusals" in told && told.refusals[0].sentence.endsWith(when)).toBe(true);
    },
  );
  test("speaks of what was typed only where something was", () => {
    for (const text of [busy(429, 1).sentence, "Failed to fetch"])
      expect(JSON.stringify(unanswered(new Error(text), false))).not.toMatch(/typed/);
  });
  test("takes no other text for it", () => {
    const mend = "What you typed is still here; try again.";
    const none = { refusals: [{ code: "conflict", sentence: "The portal did not answer.", mend }] };
    for (const text of [
      "Failed to fetch",
      "The portal is busy.",
      "An unexpected response was received from the server.",
    ])
      expect(unanswered(new Error(text), true)).toEqual(none);
    expect(unanswered("The portal is busy.", true)).toEqual(none);
  });
});
