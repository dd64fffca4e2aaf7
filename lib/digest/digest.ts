import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** JCS (RFC 8785): the one canonical text of a JSON value. Throws on what JSON cannot hold. */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("This value has no canonical JSON.");
  return text;
}

/** sha256(JCS(value)), hex: what approvals bind and what tells two plans apart. */
export const digest = (value: unknown): string => createHash("sha256").update(canonical(value)).digest("hex");
