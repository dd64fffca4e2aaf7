import { quoted } from "./names.ts";
import type { Grant } from "./spec.ts";

const every = { table: "ALL TABLES", sequence: "ALL SEQUENCES", function: "ALL FUNCTIONS" } as const;
const one = { table: "TABLE", sequence: "SEQUENCE", function: "FUNCTION" } as const;

/** The statements that give `role` what the plan grants in one database, connecting and the schemas included. */
export function grantStatements(role: string, database: string, grants: readonly Grant[]): readonly string[] {
  const to = `TO ${quoted(role)}`;
  const schemas = [...new Set(grants.map(({ schema }) => schema))];
  return [
    `GRANT CONNECT ON DATABASE ${quoted(database)} ${to}`,
    ...schemas.map((schema) => `GRANT USAGE ON SCHEMA ${quoted(schema)} ${to}`),
    ...grants.map((grant) => `GRANT ${grant.privileges.join(", ")} ON ${objectsOf(grant)} ${to}`),
  ];
}

/** One privilege on one object, or on every one of its kind in a schema (`*`). */
export type Single = Pick<Held, "schema" | "name" | "privilege"> & {
  readonly on: Exclude<Held["on"], "column" | "other">;
};

export const grantOne = (role: string, one: Single): string =>
  `GRANT ${one.privilege} ON ${placeOf(one)} TO ${quoted(role)}`;
export const revokeOne = (role: string, one: Single): string =>
  `REVOKE ${one.privilege} ON ${placeOf(one)} FROM ${quoted(role)}`;

function placeOf({ on, schema, name }: Single): string {
  if (on === "database") return `DATABASE ${quoted(name)}`;
  return on === "schema" ? `SCHEMA ${quoted(name)}` : objectsOf({ on, schema, names: [name] });
}

function objectsOf({ on, schema, names }: Pick<Grant, "on" | "schema" | "names">): string {
  if (names.includes("*")) return `${every[on]} IN SCHEMA ${quoted(schema)}`;
  return `${one[on]} ${names.map((name) => `${quoted(schema)}.${quoted(name)}`).join(", ")}`;
}

/** A privilege that one role holds on one object by name (a column's is `table.column`): as planned, or as read from the catalogs. */
export interface Held {
  readonly on: "database" | "schema" | "table" | "column" | "sequence" | "function" | "other";
  readonly schema: string;
  readonly name: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

/** For people; two names with dots may read alike. */
const said = ({ on, schema, name, privilege }: Omit<Held, "grantable">): string =>
  `${privilege} on ${on} ${[schema, name].filter(Boolean).join(".")}`;
/** No name holds a line break. */
const keyOf = ({ on, schema, name, privilege }: Omit<Held, "grantable">): string =>
  [privilege, on, schema, name].join("\n");

/**
 * How what is held in one database differs from the plan. "Every table" was what stood there when it was granted: a table
 * made since is no difference, a privilege of another kind is.
 */
export function differences(database: string, grants: readonly Grant[], held: readonly Held[]): readonly string[] {
  const planned = [
    { on: "database", schema: "", name: database, privilege: "CONNECT" } as const,
    ...grants.map(({ schema }) => ({ on: "schema", schema: "", name: schema, privilege: "USAGE" }) as const),
    ...grants.flatMap(({ on, schema, names, privileges }) =>
      names.flatMap((name) => privileges.map((privilege) => ({ on, schema, name, privilege }))),
    ),
  ];
  const plannedKeys = new Set(planned.map(keyOf));
  const heldKeys = new Set(held.map(keyOf));
  const missing = planned.filter((one) => one.name !== "*" && !heldKeys.has(keyOf(one)));
  const extra = held.filter((one) => !plannedKeys.has(keyOf(one)) && !plannedKeys.has(keyOf({ ...one, name: "*" })));
  return [
    ...new Set(missing.map((one) => `${database}: ${said(one)} is missing`)),
    ...new Set(extra.map((one) => `${database}: ${said(one)} is not in the plan`)),
    ...held.filter(({ grantable }) => grantable).map((one) => `${database}: ${said(one)} may be passed on`),
  ];
}
