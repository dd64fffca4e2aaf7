import { describe, expect, it } from "vitest";
import type { Checkpoint } from "#lib/audit/checkpoint.ts";
import { whyNotAnchored } from "#lib/audit/succession.ts";

const at = "2026-11-22T10:00:00.000Z";

describe("a log beside its anchor", () => {
  const point = (size: number, epoch: number, more: Partial<Checkpoint> = {}): Checkpoint => ({
    size,
    epoch,
    root: `r${size}`,
    previous: "p",
    at,
    key: "c1",
    signature: "",
    ...more,
  });
  const held = { size: 8, epoch: 1, root: "r8", same: null, raise: null };
  const ended = point(6, 2, { raised: { epoch: 1, size: 10, root: "r10", why: "w" } });
  const knows = "The anchor knows 10 audit entries of epoch 1";
  it.each([
    ["is it, at the same size", point(8, 1), { ...held, same: point(8, 1) }, null],
    ["is it, having grown", point(4, 1), { ...held, same: point(4, 1) }, null],
    ["is it, in a later epoch that kept it", point(9, 1), { ...held, epoch: 2, same: point(9, 1) }, null],
    [
      "has its checkpoint and lost its entries",
      point(10, 1),
      { ...held, same: point(10, 1) },
      `${knows}, the log holds 8: it was restored from a backup, or its end was cut off.`,
    ],
    [
      "has its checkpoint's root and fewer entries",
      point(10, 1),
      { ...held, root: "r10", same: point(10, 1) },
      `${knows}, the log holds 8: it was restored from a backup, or its end was cut off.`,
    ],
    [
      "has as many and they are others",
      point(8, 1),
      { ...held, root: "x", same: point(8, 1) },
      "The anchor knows 8 audit entries of epoch 1, which the log never signed: it is another log.",
    ],
    [
      "signed others in their place",
      point(10, 1),
      { ...held, same: point(10, 1, { root: "x" }) },
      `${knows}; the log's first 10 are others: it was changed.`,
    ],
    [
      "is of an earlier epoch",
      point(10, 2),
      held,
      "The anchor knows 10 audit entries of epoch 2, the log is still in epoch 1: it was restored from a backup.",
    ],
    [
      "is shorter",
      point(10, 1),
      held,
      `${knows}, the log holds 8: it was restored from a backup, or its end was cut off.`,
    ],
    [
      "is longer and never signed it",
      point(8, 1),
      held,
      "The anchor knows 8 audit entries of epoch 1, which the log never signed: it is another log.",
    ],
    [
      "began an epoch without a word",
      point(10, 1),
      { ...held, epoch: 2 },
      `${knows}, and the log's epoch 2 does not say what became of them.`,
    ],
    ["began an epoch that names it", point(10, 1), { ...held, epoch: 2, raise: ended }, null],
    ["began an epoch that names more", point(9, 1), { ...held, epoch: 2, raise: ended }, null],
    [
      "began an epoch that names another of its size",
      point(10, 1, { root: "x" }),
      { ...held, epoch: 2, raise: ended },
      `${knows}; epoch 2 was begun in place of 10.`,
    ],
    [
      "began an epoch that names fewer of the same root",
      point(11, 1, { root: "r10" }),
      { ...held, epoch: 2, raise: ended },
      "The anchor knows 11 audit entries of epoch 1; epoch 2 was begun in place of 10.",
    ],
    [
      "began an epoch in place of another one",
      point(10, 1),
      { ...held, epoch: 3, raise: point(6, 3, { raised: { epoch: 2, size: 20, root: "r", why: "w" } }) },
      `${knows}; epoch 3 was begun in place of 0.`,
    ],
    [
      "began an epoch that says nothing",
      point(10, 1),
      { ...held, epoch: 2, raise: point(6, 2) },
      `${knows}; epoch 2 was begun in place of 0.`,
    ],
  ])("%s", (_, anchored, of, why) => expect(whyNotAnchored(anchored, of)).toBe(why));
});
