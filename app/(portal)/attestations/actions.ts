"use server";
import { z } from "zod";
import { answer as answerClaim } from "#lib/claims/answers/answer.ts";
import type { WantedAccess } from "#lib/domain/access.ts";
import { questionAnswers } from "#lib/domain/attestation.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { action } from "#lib/web/action.ts";
import { gesture } from "#lib/web/proof.ts";

const facts = z.record(z.string().max(100), z.json());
const card = z.strictObject({
  identity: z.uuid(),
  round: z.number().int().positive(),
  shown: z.custom<JsonObject>((value) => facts.safeParse(value).success, "These are not the facts of a card."),
});
const given = z.strictObject({
  cards: z.tuple([card], card).refine((cards) => cards.length <= 50, "Answer at most 50 in one gesture."),
  answer: z.enum(questionAnswers),
  reason: z.string().max(1_000),
  request: z.uuid().nullable(),
  to: z.uuid().nullable(),
  narrowed: z
    .strictObject({
      wanted: z.custom<WantedAccess>((value) => typeof value === "object" && value !== null),
      planDigest: z.string().regex(/^[0-9a-f]{64}$/),
    })
    .optional(),
  assertion: gesture,
});

export const answer = action("answer.give", given, answerClaim);
