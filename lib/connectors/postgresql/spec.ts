import { z } from "zod";
import type { Need } from "#lib/connectors/connector.ts";
import type { Grant as Asked } from "#lib/domain/permission.ts";
import { asRefusals, type Outcome, ok, type Refusal } from "#lib/domain/refusal.ts";
import { isName, isSystemSchema } from "./names.ts";

/** What may be granted on what. TRIGGER, REFERENCES, MAINTAIN and CREATE are left out: they let one act as somebody else. */
export const grantable = {
  table: ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"],
  sequence: ["USAGE", "SELECT"],
  function: ["EXECUTE"],
} as const;

const name = z.string().refine(isName, "Write a PostgreSQL name of at most 63 bytes.");

/** Privileges on some objects of one schema; `names` is `["*"]` for every object of that kind there when it is granted. */
export const grantSchema = z
  .strictObject({
    database: name,
    on: z.enum(["table", "sequence", "function"]),
    schema: name.refine((schema) => !isSystemSchema(schema), "Nothing is granted in the system's own schemas."),
    names: z.array(name).min(1).max(200),
    privileges: z.array(z.string()).min(1),
  })
  .superRefine((grant, context) => {
    const allowed: readonly string[] = grantable[grant.on];
    for (const privilege of grant.privileges) {
      if (!allowed.includes(privilege))
        context.addIssue({
          code: "custom",
          path: ["privileges"],
          message: `On a ${grant.on} one can ask for ${allowed.join(", ")}.`,
        });
    }
    if (grant.names.includes("*") && grant.names.length > 1)
      context.addIssue({ code: "custom", path: ["names"], message: "Ask for every one, or name those you need." });
  });
export type Grant = z.infer<typeof grantSchema>;

export const specSchema = z.strictObject({ grants: z.array(grantSchema).min(1).max(40) });
export type PostgresqlSpec = z.infer<typeof specSchema>;

/**
 * Makes the spec from a reach pack. A pack's resources are `<on>:{database}/{schema}/{names}`, where names may be several,
 * separated by commas; its actions are privileges. SQL cannot be pasted.
 */
export function specFrom(need: Need): Outcome<PostgresqlSpec> {
  if ("pasted" in need)
    return {
      refusals: [
        refusal("need.pasted", "Database privileges are chosen, not pasted.", "Choose what it must do from the list."),
      ],
    };
  if ("grants" in need) return composed(need.grants);
  const refused = asRefusals(need.pack.parameters.flatMap((parameter) => checkParameter(parameter, need.parameters)));
  if (refused !== null) return { refusals: refused };
  const grants = need.pack.grants.flatMap(({ actions, resources }) =>
    resources.map((resource) => grantOf(actions, resource, need.parameters)),
  );
  return checked(grants);
}

/** Composed grants are written as a pack's are, without parameters. */
function composed(asked: readonly Asked[]): Outcome<PostgresqlSpec> {
  const empty = asked.flatMap(({ actions, resources }, at): Refusal[] =>
    actions.length > 0 && resources.some((one) => one.trim() !== "")
      ? []
      : [
          refusal(
            `need.grants.${at}.${actions.length === 0 ? "actions" : "resources"}`,
            actions.length === 0 ? "Choose a privilege, or take this away." : `Say what ${actions[0]} is for.`,
            "Write table:database/schema/name.",
          ),
        ],
  );
  const refused = asRefusals(empty);
  if (refused !== null) return { refusals: refused };
  return checked(
    asked.flatMap(({ actions, resources }) =>
      resources.filter((one) => one.trim() !== "").map((one) => ({ ...readResource(one), privileges: [...actions] })),
    ),
  );
}

function checked(grants: readonly object[]): Outcome<PostgresqlSpec> {
  const spec = specSchema.safeParse({ grants });
  if (spec.success) return ok(spec.data);
  const problems = spec.error.issues.map(({ message }) =>
    refusal("need", message, "Choose something else, or correct the names."),
  );
  return { refusals: asRefusals(problems) ?? [refusal("need", "This cannot be granted.", "Choose something else.")] };
}

function grantOf(actions: readonly string[], resource: string, parameters: Readonly<Record<string, string>>) {
  const fill = (part: string) =>
    part.replace(/\{([a-z][a-zA-Z]*)\}/g, (whole, key: string) => parameters[key] ?? whole);
  return { ...readResource(resource, fill), privileges: [...actions] };
}

/** `table:orders/public/invoices,lines` in its parts, each filled in by itself; what is missing is empty. */
export function readResource(text: string, fill: (part: string) => string = (part) => part) {
  const [on = "", rest = ""] = text.trim().split(":");
  const [database = "", schema = "", names = ""] = rest.split("/").map(fill);
  return { database, on, schema, names: [...new Set(names.split(",").map((one) => one.trim()))] };
}

interface Parameter {
  readonly name: string;
  readonly label: string;
  readonly pattern: string;
  readonly mend: string;
}

/** Patterns are the pack's own data, never a person's. */
function checkParameter(
  { name: key, label, pattern, mend }: Parameter,
  given: Readonly<Record<string, string>>,
): Refusal[] {
  const value = given[key] ?? "";
  const field = `need.parameters.${key}`;
  if (value === "") return [refusal(field, `${label} is missing.`, mend)];
  const legal = value.length <= 2000 && new RegExp(`^(?:${pattern})$`).test(value);
  return legal ? [] : [refusal(field, `This is no valid ${label.toLowerCase()}.`, mend)];
}

const refusal = (field: string, sentence: string, mend: string): Refusal => ({
  code: "invalid",
  sentence,
  field,
  mend,
});
