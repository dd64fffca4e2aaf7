import type { Permission } from "#lib/domain/access.ts";
import type { PlannedObject } from "#lib/domain/plan.ts";
import { desiredOf } from "./plan.ts";
import { levelOf } from "./reach.ts";
import type { PostgresqlSpec } from "./spec.ts";

/** Every privilege on every named object. Privileges of one kind in one schema are compared by name; no name holds a line break. */
export async function access(objects: readonly PlannedObject[]): Promise<readonly Permission[]> {
  return desiredOf({ objects }).grants.flatMap(({ database, on, schema, names, privileges }) =>
    privileges.flatMap((privilege) =>
      names.map((name) => ({
        action: `${privilege} ${schema}.${name}`,
        key: [privilege, on, database, schema].join("\n"),
        service: `Database ${database}`,
        level: levelOf[privilege] ?? null,
        on: [{ resource: name, condition: null }],
      })),
    ),
  );
}

/** "Every table of a schema" was approved as such: one of them by name is not more. */
export const covers = (general: string, specific: string): boolean => general === specific || general === "*";

/** The grants of two specs beside each other, or those of the second instead. */
export const amend = (spec: PostgresqlSpec, more: PostgresqlSpec, how: "beside" | "instead"): PostgresqlSpec =>
  how === "instead" ? more : { grants: [...spec.grants, ...more.grants] };
