import type { RequestKind } from "#lib/domain/charter.ts";
import { requestKinds } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";

/** What an identity and its world must have come to. */
export type End =
  | "live"
  | "suspended"
  | "retired"
  | "failed"
  /** A change of access was taken back: it lives with what it had. */
  | "kept";

export type Access = "less" | "other";

/** One kind of request as it is run here. */
export interface Flow {
  readonly name: string;
  readonly kind: RequestKind;
  /** Flows that the identity goes through first. */
  readonly before: readonly string[];
  readonly change: JsonObject;
  /** What it may do afterwards, where that is not what it was born with: less, or something taken away and something added. */
  readonly access?: Access;
  /** Somebody has given it a credential that nobody recorded, and the request names it. */
  readonly strange?: boolean;
  readonly ends: End;
}

/** Where a kind differs from one that a live identity goes through and stays live. */
const told: Readonly<Record<string, Partial<Flow>>> = {
  provision: { before: [] },
  "change-access": { access: "other", change: { added: 1, takenAway: 1 } },
  retire: { change: { holdDays: 0 }, ends: "retired" },
  suspend: { ends: "suspended" },
  resume: { before: ["provision", "suspend"] },
};

/**
 * Every kind of request there is; a change of access that only takes away; expiry: a retirement that nobody asked for, with its
 * hold; and a suspension that also deletes a key which nobody recorded.
 */
export const flows: readonly Flow[] = [
  ...requestKinds.map((kind) => ({ name: kind, kind })),
  {
    ...{ name: "narrow", kind: "change-access" as const },
    ...{ access: "less" as const, change: { added: 0, takenAway: 1 } },
  },
  { name: "expiry", kind: "retire" as const, change: { holdDays: 14, reason: "expired" }, ends: "retired" as const },
  { name: "strange key", kind: "suspend" as const, strange: true, ends: "suspended" as const },
].map((flow) => ({ before: ["provision"], change: {}, ends: "live" as const, ...told[flow.name], ...flow }));

export function flowNamed(name: string): Flow {
  const found = flows.find((flow) => flow.name === name);
  if (found === undefined) throw new Error(`There is no flow ${name}.`);
  return found;
}
