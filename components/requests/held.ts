import type { RequestPage } from "#db/read/request.ts";

/** Until when a retirement waits, its identity disabled and kept; null for anything else. */
export const heldUntil = ({ request, state, identity }: RequestPage): Date | null =>
  request.kind === "retire" && state?.state === "provisioning" ? (identity?.removeAt ?? null) : null;
