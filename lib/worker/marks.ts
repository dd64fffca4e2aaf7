import { createHmac, timingSafeEqual } from "node:crypto";
import type { MarkedObject } from "#lib/connectors/connector.ts";
import type { Mark } from "#lib/domain/target.ts";

/** A version of the mark key; 32 bytes, known to workers alone. Losing every version makes each object unadoptable. */
export interface MarkKey {
  readonly id: string;
  readonly secret: Uint8Array;
}

/** Makes the mark of an intent's objects with the newest key. Throws when there is none. */
export function makeMark(keys: readonly MarkKey[], of: MarkedObject & { readonly installation: string }): Mark {
  const key = keys.at(-1);
  if (key === undefined) throw new Error("No mark key is configured.");
  const { installation, intent } = of;
  return { installation, intent, key: key.id, hmac: hmacOf(key, of).toString("base64url") };
}

/** True when one of our keys made this mark for exactly this object of this intent and plan. */
export function verifyMark(keys: readonly MarkKey[], mark: Mark, of: MarkedObject): boolean {
  const key = keys.find(({ id }) => id === mark.key);
  if (key === undefined || mark.intent !== of.intent) return false;
  const expected = hmacOf(key, { ...of, installation: mark.installation });
  const given = Buffer.from(mark.hmac, "base64url");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function hmacOf(key: MarkKey, of: MarkedObject & { readonly installation: string }): Buffer {
  const parts = [of.installation, of.target, of.name, of.intent, of.planDigest];
  return createHmac("sha256", key.secret).update(parts.join("\0")).digest();
}
