import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { expand } from "./actions.ts";
import type { AwsSpec } from "./spec.ts";
import type { Statement } from "./statement.ts";

/**
 * The spec without these actions. An expression with a wildcard that covers one of them is written out without it; a
 * statement that is left with nothing goes. Refuses when nothing would be left.
 */
export async function narrow(spec: AwsSpec, drop: readonly string[]): Promise<Outcome<AwsSpec>> {
  const dropped = new Set(drop.map((action) => action.toLowerCase()));
  const statements: Statement[] = [];
  for (const statement of spec.statements) {
    const actions = await Promise.all(statement.actions.map((expression) => without(expression, dropped)));
    if (actions.flat().length > 0) statements.push({ ...statement, actions: actions.flat() });
  }
  return statements.length > 0
    ? ok({ ...spec, statements })
    : refuse({ code: "invalid", field: "drop", sentence: "Nothing would be left. Deny it instead." });
}

async function without(expression: string, dropped: ReadonlySet<string>): Promise<readonly string[]> {
  if (dropped.has(expression.toLowerCase())) return [];
  if (!/[*?]/.test(expression)) return [expression];
  const { known } = await expand([expression]);
  const kept = known.filter(({ name }) => !dropped.has(name.toLowerCase()));
  return kept.length === known.length ? [expression] : kept.map(({ name }) => name);
}
