import type { RequestPage } from "#db/read/request.ts";
import type { Usage } from "#lib/connectors/connector.ts";
import { connectorOf } from "#lib/connectors/registry.ts";

/** Texts to copy for this very identity, from its plan and what its steps committed; none before there is a plan, or once it is gone. */
export function usagesOf({ state, identity, request }: RequestPage): readonly Usage[] {
  if (!state?.plan || request.kind !== "provision" || identity?.state === "retired") return [];
  return connectorOf(state.plan.connector)?.use(state.plan, identity?.facts ?? {}) ?? [];
}
