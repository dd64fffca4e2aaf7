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

/** The id of what belongs to another by a name: the same for ever, told by nobody who does not know the first. A UUID of version 8. */
export function idBeside(id: string, name: string): string {
  const hex = digest([id, name]);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join("-");
}
