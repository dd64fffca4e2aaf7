import type { Charter, RequestKind } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";

/** The change of a request's next version, by what a narrower charter says; a birth changes nothing. */
export const changeOf = (kind: RequestKind, before: JsonObject, { spec }: Charter): JsonObject =>
  kind === "change-access" ? { ...before, spec } : {};
