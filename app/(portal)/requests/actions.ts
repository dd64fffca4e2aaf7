"use server";
import { z } from "zod";
import { accept as acceptClaim } from "#lib/claims/acceptances/accept.ts";
import { retry as retryClaim } from "#lib/claims/asks/retry.ts";
import { takeBack as takeBackClaim } from "#lib/claims/asks/take-back.ts";
import { withdraw as withdrawClaim } from "#lib/claims/asks/withdraw.ts";
import { ask } from "#lib/claims/comments/ask.ts";
import { discard } from "#lib/claims/drafts/discard.ts";
import { save } from "#lib/claims/drafts/save.ts";
import { readDenial as readDenialClaim } from "#lib/claims/permissions/read-denial.ts";
import { preview as previewClaim } from "#lib/claims/requests/preview.ts";
import { submit as submitClaim } from "#lib/claims/requests/submit.ts";
import { submitEach as submitEachClaim } from "#lib/claims/requests/submit-each.ts";
import { takeOver as takeOverClaim } from "#lib/claims/requests/take-over.ts";
import type { Answers } from "#lib/domain/answers.ts";
import { environments } from "#lib/domain/charter.ts";
import { action } from "#lib/web/action.ts";
import { gesture as assertion } from "#lib/web/proof.ts";

const request = z.uuid();
const version = z.number().int().positive();
const planDigest = z.string().regex(/^[0-9a-f]{64}$/);
/** Exact fields are read inside the claim by the domain's own reader, which names each field it refuses. */
const form = { id: z.uuid(), answers: z.custom<Answers>((value) => typeof value === "object" && value !== null) };

const acceptance = z.strictObject({ request, version, planDigest, assertion });
const takingOver = z.strictObject({ request, comment: z.uuid(), assertion });
const submission = z.strictObject({ ...form, planDigest, assertion });

export const retry = action("step.retry", z.strictObject({ step: z.uuid() }), retryClaim);
export const withdraw = action("request.withdraw", z.strictObject({ request }), withdrawClaim);
export const takeBack = action("request.take-back", z.strictObject({ request }), takeBackClaim);
export const accept = action("acceptance.give", acceptance, acceptClaim);
export const comment = action("comment.add", z.strictObject({ request, version, text: z.string().max(4_000) }), ask);
export const takeOver = action("request.take-over", takingOver, takeOverClaim);
export const preview = action("request.preview", z.strictObject(form), previewClaim);
const denial = z.strictObject({ blueprint: z.string().max(100), text: z.string().max(40_000) });
export const readDenial = action("denial.read", denial, readDenialClaim);
export const saveDraft = action("draft.save", z.strictObject(form), save);
export const discardDraft = action("draft.discard", z.strictObject({ id: z.uuid() }), discard);
export const submit = action("request.submit", submission, submitClaim);
const plans = z
  .array(z.strictObject({ environment: z.enum(environments), planDigest }))
  .min(1)
  .max(environments.length);
export const submitEach = action("request.submit-each", z.strictObject({ ...form, plans }), submitEachClaim);
