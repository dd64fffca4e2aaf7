import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import type { Grant, PostgresqlSpec } from "./spec.ts";

/** The spec without these privileges, each named as `reach` names it: `UPDATE public.invoices`. Refuses when nothing would be left. */
export async function narrow(spec: PostgresqlSpec, drop: readonly string[]): Promise<Outcome<PostgresqlSpec>> {
  const dropped = new Set(drop);
  const grants = spec.grants.flatMap((grant) => left(grant, dropped));
  return grants.length > 0
    ? ok({ grants })
    : refuse({ code: "invalid", field: "drop", sentence: "Nothing would be left. Deny it instead." });
}

/** One grant per set of privileges that remains, so that names which keep all of theirs stay together. */
function left(grant: Grant, dropped: ReadonlySet<string>): readonly Grant[] {
  const byPrivileges = new Map<string, Grant>();
  for (const name of grant.names) {
    const privileges = grant.privileges.filter((privilege) => !dropped.has(`${privilege} ${grant.schema}.${name}`));
    const key = privileges.join();
    const names = [...(byPrivileges.get(key)?.names ?? []), name];
    if (privileges.length > 0) byPrivileges.set(key, { ...grant, names, privileges });
  }
  return [...byPrivileges.values()];
}
