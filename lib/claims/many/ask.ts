import { readMany } from "#lib/domain/many.ts";
import { asRefusals, type Outcome, ok, type Refusals } from "#lib/domain/refusal.ts";
import { askOwner } from "../asks/question.ts";
import { askForChange } from "../requests/change.ts";
import { type ClaimContext, recordDeniedOfSeveral } from "../run.ts";
import { amongSeveral } from "../signing.ts";
import type { ManyInput } from "./foresee.ts";

export interface ManyAsked {
  /** Each with the request it became; null of *ask*, which is none. */
  readonly asked: readonly { readonly identity: string; readonly request: string | null }[];
  readonly refused: readonly { readonly identity: string; readonly refusals: Refusals }[];
}

/**
 * Asks for the same of several, each by the claim that one alone has, in a transaction of its own: what is refused of one
 * stops no other. One that is to be signed is refused here: it is asked for by itself. Refused as a whole only where all are; each refusal then names its identity as its field. What was denied leaves one entry for all of them.
 */
export async function askForMany(context: ClaimContext, input: ManyInput): Promise<Outcome<ManyAsked>> {
  const fits = readMany(input.rows.map(({ identity }) => identity));
  if ("refusals" in fits) return fits;
  const asked: ManyAsked["asked"][number][] = [];
  const refused: ManyAsked["refused"][number][] = [];
  const { verb, change } = input;
  const own: ClaimContext = { ...context, recordsDenied: false };
  try {
    for (const { id, identity } of input.rows) {
      const done =
        verb === "ask"
          ? await askOwner(own, { identity })
          : amongSeveral(await askForChange(own, { id, identity, kind: verb, change }));
      if ("refusals" in done) refused.push({ identity, refusals: done.refusals });
      else asked.push({ identity, request: done.ok?.id ?? null });
    }
  } finally {
    await recordDeniedOfSeveral(context, `many.${verb}`, refused);
  }
  const all = refused.flatMap(({ identity, refusals }) => refusals.map((one) => ({ ...one, field: identity })));
  const none = asked.length === 0 ? asRefusals(all) : null;
  return none === null ? ok({ asked, refused }) : { refusals: none };
}
