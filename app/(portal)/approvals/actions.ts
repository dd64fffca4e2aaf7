"use server";
import { z } from "zod";
import { ask as askClaim } from "#lib/claims/comments/ask.ts";
import { askForLess as askForLessClaim } from "#lib/claims/comments/ask-for-less.ts";
import { decide } from "#lib/claims/verdicts/decide.ts";
import { action } from "#lib/web/action.ts";
import { gesture } from "#lib/web/proof.ts";

const seen = {
  request: z.uuid(),
  version: z.number().int().positive(),
  planDigest: z.string().regex(/^[0-9a-f]{64}$/),
};
const verdict = z.strictObject({
  ...seen,
  stage: z.number().int().min(0).max(20),
  reason: z.string().max(4000),
  assertion: gesture,
});
const remark = z.strictObject({ ...seen, text: z.string().max(4000) });
const less = z.strictObject({
  ...seen,
  text: z.string().max(4000),
  drop: z.array(z.string().max(200)).max(1000),
  endsAt: z.iso.datetime().nullable(),
});

export const approve = action("verdict.approve", verdict, (context, input) =>
  decide(context, { ...input, verdict: "approve" }),
);
export const deny = action("verdict.deny", verdict, (context, input) => decide(context, { ...input, verdict: "deny" }));
export const ask = action("comment.ask", remark, askClaim);
export const askForLess = action("comment.ask-for-less", less, askForLessClaim);
