import { readRequestInSight } from "#db/read/request-in-sight.ts";
import { insertComment } from "#db/store/claims.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { whyNotPlain } from "#lib/domain/text.ts";
import { type ClaimContext, runClaim } from "../run.ts";

export interface CommentInput {
  readonly request: string;
  readonly version: number;
  readonly text: string;
}

const longest = 2000;

/** Line breaks become spaces: a remark is one paragraph. */
export const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

/** Says something on a request; everyone who sees the request may. It decides nothing. */
export const ask = (context: ClaimContext, input: CommentInput): Promise<Outcome<null>> =>
  runClaim(context, { action: "comment.add", id: input.request }, async (tx) => {
    const found = await readRequestInSight(tx, context.actor, input.request);
    if (found === null) return refuse({ code: "not-found", sentence: "There is no such request." });
    const text = oneLine(input.text);
    const why = whyNotPlain(text, { min: 1, max: longest });
    if (why !== null) return refuse({ code: "invalid", field: "text", sentence: why });
    await insertComment(tx, {
      id: context.newId(),
      request: input.request,
      version: input.version,
      person: context.actor.id,
      text,
    });
    return ok(null);
  });
