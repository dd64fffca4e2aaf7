import { z } from "zod";
import type { Need } from "#lib/connectors/connector.ts";
import type { Grant } from "#lib/domain/permission.ts";
import { type Outcome, ok, type Refusal, refuse } from "#lib/domain/refusal.ts";
import { readPolicy } from "./paste.ts";
import { statementSchema } from "./statement.ts";

/**
 * What an AWS identity needs beyond its charter. Resources may hold `{partition}`, `{region}` and `{account}`, which the
 * plan fills in from the target's settings.
 */
export const specSchema = z.strictObject({
  object: z.enum(["role", "user"]),
  statements: z.array(statementSchema).min(1).max(40),
});
export type AwsSpec = z.infer<typeof specSchema>;

/** Makes the spec from a chosen reach pack, composed grants or a pasted policy. The blueprint's shape says whether it becomes a role or a user. */
export function specFrom(need: Need): Outcome<AwsSpec> {
  const object = need.blueprint.object === "user" ? "user" : "role";
  if ("pasted" in need) {
    const read = readPolicy(need.pasted);
    return "ok" in read ? ok({ object, statements: [...read.ok] }) : read;
  }
  if ("grants" in need) return composed(need.grants, object);
  const refusals = need.pack.parameters.flatMap((parameter) => checkParameter(parameter, need.parameters));
  const [first, ...rest] = refusals;
  if (first !== undefined) return refuse(first, ...rest);
  const fill = (text: string) => text.replace(/\{([a-z][a-zA-Z]*)\}/g, (whole, name) => need.parameters[name] ?? whole);
  const statements = need.pack.grants.map(({ actions, resources }) => ({ actions, resources: resources.map(fill) }));
  return ok({ object, statements });
}

/** Each grant becomes a statement; one without actions or resources is refused at its field. */
function composed(grants: readonly Grant[], object: AwsSpec["object"]): Outcome<AwsSpec> {
  const empty = grants.flatMap(({ actions, resources }, at): Refusal[] => {
    const field = `need.grants.${at}`;
    if (actions.length === 0)
      return [{ code: "invalid", field: `${field}.actions`, sentence: "Choose an action, or take this away." }];
    const sentence = `Say what ${actions[0]} may be used on.`;
    return resources.some((one) => one.trim() !== "")
      ? []
      : [{ code: "invalid", field: `${field}.resources`, sentence, mend: "Write the ARN." }];
  });
  const [first, ...rest] = empty;
  if (first !== undefined) return refuse(first, ...rest);
  const statements = grants.map(({ actions, resources }) => ({
    actions: [...actions],
    resources: resources.map((one) => one.trim()).filter((one) => one !== ""),
  }));
  return ok({ object, statements });
}

interface Parameter {
  readonly name: string;
  readonly label: string;
  readonly pattern: string;
  readonly mend: string;
}

/** Patterns are the pack's own data, never a person's; wildcards and braces are refused whatever the pattern says. */
function checkParameter({ name, label, pattern, mend }: Parameter, given: Readonly<Record<string, string>>): Refusal[] {
  const field = `need.parameters.${name}`;
  const value = given[name] ?? "";
  if (value === "") return [{ code: "invalid", sentence: `${label} is missing.`, field, mend }];
  const legal = value.length <= 256 && !/[*?{}$\s]/.test(value) && new RegExp(`^(?:${pattern})$`).test(value);
  return legal ? [] : [{ code: "invalid", sentence: `This is no valid ${label.toLowerCase()}.`, field, mend }];
}
