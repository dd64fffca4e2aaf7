import { createHash } from "node:crypto";
import { canonical } from "#lib/digest/digest.ts";
import type { Statement } from "#lib/domain/signature.ts";

/** What a key signs for a statement: SHA-256 of its canonical JSON (RFC 8785), base64url. */
export const challengeOf = (statement: Statement): string =>
  createHash("sha256").update(canonical(statement)).digest("base64url");

/** Algorithms that keys may use, best first: Ed25519, P-256, RSA. Source: IANA COSE registry. */
export const algorithms = [-8, -7, -257] as const;

/** Where keys are used: the portal's own origin, and the host that keys are bound to. */
export interface Party {
  readonly origin: string;
  readonly rpId: string;
}
/** The relying party of a portal's address; the worker takes it from its own configuration. */
export function partyOf(portal: string): Party {
  const { origin, hostname } = new URL(portal);
  return { origin, rpId: hostname };
}
