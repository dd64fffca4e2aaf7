import { grantOne, type Held, revokeOne, type Single } from "./grants.ts";
import type { Grant } from "./spec.ts";

const singles = (grants: readonly Grant[]): readonly Single[] =>
  grants.flatMap(({ on, schema, names, privileges }) =>
    names.flatMap((name) => privileges.map((privilege) => ({ on, schema, name, privilege }))),
  );

type Named = Omit<Held, "grantable">;

const isKind = (a: Named, b: Named): boolean => a.on === b.on && a.schema === b.schema && a.privilege === b.privilege;
const same = (a: Named, b: Named): boolean => isKind(a, b) && a.name === b.name;
/** The first names the second, itself or as one of all. */
const names = (a: Named, b: Named): boolean => isKind(a, b) && (a.name === "*" || a.name === b.name);

/** The privileges that one database takes back and gives, so that what was granted becomes what is wanted. */
export interface Regrant {
  readonly taken: readonly Single[];
  readonly given: readonly Single[];
  readonly statements: readonly string[];
}

/**
 * From one set of grants to another in one database: what is taken comes first. "Every table" that stays is not granted anew,
 * since that would give tables made since; what is left of an "every table" that goes is granted by name again.
 */
export function regrant(
  role: string,
  database: string,
  { from, to }: { readonly from: readonly Grant[]; readonly to: readonly Grant[] },
): Regrant {
  const [before, after] = [singles(from), singles(to)];
  const taken = before.filter((one) => !after.some((other) => names(other, one)));
  const given = after.filter(
    (one) =>
      !before.some((other) => same(other, one)) || taken.some((other) => other.name === "*" && isKind(other, one)),
  );
  const [left, entered] = [schemasOnlyIn(from, to), schemasOnlyIn(to, from)];
  return {
    taken,
    given,
    statements: [
      ...taken.map((one) => revokeOne(role, one)),
      ...left.map((schema) => revokeOne(role, using(schema))),
      ...(to.length === 0 ? [revokeOne(role, connecting(database))] : []),
      ...(from.length === 0 ? [grantOne(role, connecting(database))] : []),
      ...entered.map((schema) => grantOne(role, using(schema))),
      ...given.map((one) => grantOne(role, one)),
    ],
  };
}

/** The statements that bring what a role holds in one database to what is wanted; [] when it is so. */
export function mending(
  role: string,
  database: string,
  { held, wanted }: { readonly held: readonly Held[]; readonly wanted: readonly Grant[] },
): readonly string[] {
  const planned: readonly Single[] = [
    ...(wanted.length === 0 ? [] : [connecting(database)]),
    ...[...new Set(wanted.map(({ schema }) => schema))].map(using),
    ...singles(wanted),
  ];
  const extra = held.filter((one) => !planned.some((other) => names(other, one)));
  const missing = planned.filter((one) => !held.some((other) => (one.name === "*" ? isKind : same)(other, one)));
  return [
    // A privilege on a column is nothing that was granted here.
    ...extra.flatMap(({ on, ...one }) => (on === "column" || on === "other" ? [] : [revokeOne(role, { on, ...one })])),
    ...missing.map((one) => grantOne(role, one)),
  ];
}

const connecting = (database: string) =>
  ({ on: "database", schema: "", name: database, privilege: "CONNECT" }) as const;
const using = (name: string) => ({ on: "schema", schema: "", name, privilege: "USAGE" }) as const;

const schemasOnlyIn = (grants: readonly Grant[], others: readonly Grant[]): readonly string[] =>
  [...new Set(grants.map(({ schema }) => schema))].filter((one) => !others.some(({ schema }) => schema === one));

/** What of it the catalogs do not show: a privilege that others granted stays, one that could not be granted is missing. */
export function whyNotRegranted({ taken, given }: Regrant, to: readonly Grant[], held: readonly Held[]) {
  const wanted = singles(to);
  const stays = held.find((one) => taken.some((other) => names(other, one)) && !wanted.some((w) => names(w, one)));
  const missing = given.find((one) => one.name !== "*" && !held.some((other) => same(other, one)));
  return { stays: stays ?? null, missing: missing ?? null };
}
