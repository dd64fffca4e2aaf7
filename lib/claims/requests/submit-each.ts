import type { Environment } from "#lib/domain/charter.ts";
import { type Outcome, ok, type Refusals, refuse } from "#lib/domain/refusal.ts";
import { save } from "../drafts/save.ts";
import type { ClaimContext } from "../run.ts";
import { amongSeveral } from "../signing.ts";
import type { FormInput } from "./foresee.ts";
import { formsOf } from "./several.ts";
import { submit } from "./submit.ts";

export interface SubmitEachInput extends FormInput {
  /** The environments to ask for, each with the digest of the plan that the requester saw. */
  readonly plans: readonly { readonly environment: Environment; readonly planDigest: string }[];
}

/** What became of one environment: a request, or why not; then what was typed is kept as a draft of its own. */
export interface Each {
  readonly environment: Environment;
  readonly id: string;
  readonly refusals: Refusals | null;
}

/**
 * Submits a form of several environments as as many requests, each by itself: one that is refused keeps none of the others back,
 * and stays as a draft, as does one that was left out, or that is to be signed and so is sent by itself. Sent again, each is the request that it already is.
 */
export async function submitEach(context: ClaimContext, input: SubmitEachInput): Promise<Outcome<readonly Each[]>> {
  const forms = formsOf(input);
  if ("refusals" in forms) return forms;
  const done: (Each & { readonly form: FormInput })[] = [];
  for (const { environment, ...form } of forms.ok) {
    if (environment === null)
      return refuse({ code: "invalid", field: "environment", sentence: "Choose the environment." });
    const plan = input.plans.find((one) => one.environment === environment);
    const sent =
      plan === undefined ? leftOut : amongSeveral(await submit(context, { ...form, planDigest: plan.planDigest }));
    done.push({ environment, id: form.id, refusals: "refusals" in sent ? sent.refusals : null, form });
  }
  const [first] = done;
  if (first?.refusals && done.every(({ refusals }) => refusals !== null)) return { refusals: first.refusals };
  return ok(await Promise.all(done.map((each) => kept(context, each))));
}

/** What was not sent is kept by itself, now that the form it was part of has gone its way. */
async function kept(context: ClaimContext, { form, ...each }: Each & { readonly form: FormInput }): Promise<Each> {
  if (each.refusals === null) return each;
  const draft = await save(context, form);
  return "refusals" in draft ? { ...each, refusals: draft.refusals } : each;
}

const leftOut = refuse({ code: "conflict", sentence: "It was left out." });
