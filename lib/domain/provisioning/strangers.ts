import type { Plan } from "../plan.ts";
import { plainLine } from "../text.ts";

/** Ids of the credentials that a suspension also deletes, because nobody recorded them; sealed in its plan by the worker that found them. */
export function strangersOf({ change }: Pick<Plan, "change">): readonly string[] {
  const { strangers } = change;
  return Array.isArray(strangers) ? strangers.filter((id) => typeof id === "string") : [];
}

/** Why an identity with such credentials is suspended, for people. `usedAt`: the latest use that the target tells of, null for none. */
export function whySuspended(strangers: readonly string[], usedAt: Date | null): string {
  const named = strangers.map((id) => plainLine(id, 130)).slice(0, 2);
  const of = named.length === 1 ? `The credential ${named[0]} works` : `The credentials ${named.join(" and ")} work`;
  const use = usedAt === null ? "No use of it is known." : `It was last used at ${usedAt.toISOString()}.`;
  return `${of} and nobody recorded ${named.length === 1 ? "it" : "them"}. ${use}`;
}
