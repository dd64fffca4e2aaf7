import { readStuckStep } from "#db/read/stuck.ts";
import { insertAsk } from "#db/store/claims.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type ClaimContext, runClaim } from "../run.ts";

/** Asks that a stuck step be tried now instead of at its next turn. Operator or security. */
export const retry = (context: ClaimContext, input: { readonly step: string }): Promise<Outcome<null>> =>
  runClaim(context, { action: "step.retry", id: input.step }, async (tx) => {
    const { actor } = context;
    if (!actor.roles.includes("operator") && !actor.roles.includes("security")) {
      return refuse({ code: "forbidden", sentence: "Only an operator or security has a step tried again." });
    }
    const step = await readStuckStep(tx, input.step);
    if (step === null) return refuse({ code: "not-found", sentence: "There is no such step." });
    if (step.stuckAt === null) return refuse({ code: "conflict", sentence: "This step is not stuck any more." });
    await insertAsk(tx, { id: context.newId(), kind: "retry", subject: input.step, person: actor.id });
    return ok(null);
  });
