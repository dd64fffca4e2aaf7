import { readPlaceNames } from "#db/read/targets.ts";
import { insertAsk } from "#db/store/claims.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type ClaimContext, runClaim } from "../run.ts";

/** Asks the worker to check a target or vault now. Operator or security. */
export const check = (context: ClaimContext, input: { readonly name: string }): Promise<Outcome<null>> =>
  runClaim(context, { action: "target.check", id: input.name }, async (tx) => {
    const { actor } = context;
    if (!actor.roles.includes("operator") && !actor.roles.includes("security")) {
      return refuse({ code: "forbidden", sentence: "Only an operator or security has a target checked." });
    }
    if (!(await readPlaceNames(tx)).includes(input.name)) {
      return refuse({ code: "not-found", sentence: "No target or vault has this name." });
    }
    await insertAsk(tx, { id: context.newId(), kind: "check", subject: input.name, person: actor.id });
    return ok(null);
  });
