import type { RequestKind } from "#lib/domain/charter.ts";
import { requestKinds } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";

/** What an identity and its world must have come to. */
export type End = "live" | "suspended" | "retired" | "failed";

/** One kind of request as it is run here. */
export interface Flow {
  readonly name: string;
  readonly kind: RequestKind;
  /** Flows that the identity goes through first. */
  readonly before: readonly string[];
  readonly change: JsonObject;
  readonly ends: End;
}

/** Where a kind differs from one that a live identity goes through and stays live. */
const told: Readonly<Record<string, Partial<Flow>>> = {
  provision: { before: [] },
  retire: { change: { holdDays: 0 }, ends: "retired" },
  suspend: { ends: "suspended" },
  resume: { before: ["provision", "suspend"] },
};

const lived = ["provision", "rotate"];

/**
 * Every kind of request there is; expiry, a retirement that nobody asked for, with its hold; a renewal of what stays suspended;
 * and what comes after a rotation, when the credential is no longer the first.
 */
export const flows: readonly Flow[] = [
  ...requestKinds.map((kind) => ({ name: kind, kind })),
  { name: "expiry", kind: "retire" as const, change: { holdDays: 14, reason: "expired" }, ends: "retired" as const },
  {
    ...{ name: "renew, staying suspended", kind: "renew" as const, before: ["provision", "suspend"] },
    ...{ change: { staysSuspended: true }, ends: "suspended" as const },
  },
  { name: "rotate again", kind: "rotate" as const, before: lived },
  { name: "suspend, once rotated", kind: "suspend" as const, before: lived, ends: "suspended" as const },
  {
    name: "retire, once rotated",
    kind: "retire" as const,
    before: lived,
    change: { holdDays: 0 },
    ends: "retired" as const,
  },
].map((flow) => ({ before: ["provision"], change: {}, ends: "live" as const, ...told[flow.name], ...flow }));

export function flowNamed(name: string): Flow {
  const found = flows.find((flow) => flow.name === name);
  if (found === undefined) throw new Error(`There is no flow ${name}.`);
  return found;
}
