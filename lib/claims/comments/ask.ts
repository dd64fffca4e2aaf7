import { readRequestInSight } from "#db/read/request-sight.ts";
import { readVersion } from "#db/store/requests.ts";
import type { Outcome } from "#lib/domain/refusal.ts";
import { noSuchRequest } from "../refusals.ts";
import { readRemark } from "../remark.ts";
import { type ClaimContext, runClaim } from "../run.ts";
import { addRemark } from "./add.ts";

export interface CommentInput {
  readonly request: string;
  readonly version: number;
  readonly text: string;
}

/** Says something on a request; everyone who sees the request may. It decides nothing. Said twice in a row, it is said once. */
export const ask = (context: ClaimContext, input: CommentInput): Promise<Outcome<null>> =>
  runClaim(context, { action: "comment.add", id: input.request }, async (tx) => {
    const { actor, newId } = context;
    const { request, version } = input;
    const found = await readRequestInSight(tx, actor, request);
    if (found === null || (await readVersion(tx, request, version)) === null) return noSuchRequest;
    const text = readRemark(input.text, "text", { min: 1, max: 2000 });
    if ("refusals" in text) return text;
    return addRemark(tx, { id: newId(), request, version, person: actor.id, text: text.ok, proposal: null });
  });
