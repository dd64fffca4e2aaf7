import { canonical } from "#lib/digest/digest.ts";
import type { Charter, Origins } from "#lib/domain/charter.ts";

/** What was asked to differ was typed; everything else is the identity's own. */
export function originsAfter(before: Charter, after: Charter): Origins {
  const kept = { how: "inferred", from: "the identity as it stands" } as const;
  const was = new Map<string, unknown>(Object.entries(before));
  const origin = (field: string, value: unknown) =>
    canonical(value) === canonical(was.get(field) ?? null) ? kept : ({ how: "typed" } as const);
  return Object.fromEntries(Object.entries(after).map(([field, value]) => [field, origin(field, value)]));
}
