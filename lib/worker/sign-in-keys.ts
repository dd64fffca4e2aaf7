import { createRemoteJWKSet, type JWTVerifyGetKey } from "jose";
import { z } from "zod";

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });
const timeoutMs = 5_000;

/** The provider's discovery document is not the configured issuer's. */
export class ForeignIssuer extends Error {
  override readonly name = "ForeignIssuer";
}

/**
 * The issuer's signing keys as this worker fetches them itself: discovery at the configured issuer, then its JWKS, kept and
 * fetched again when a key is unknown. Throws while the issuer cannot be reached.
 */
export function signInKeys(issuer: string): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | null = null;
  return async (header, token) => {
    keys ??= await discovered(issuer);
    return keys(header, token);
  };
}

async function discovered(issuer: string): Promise<JWTVerifyGetKey> {
  const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
  if (!answer.ok) throw new Error(`The sign-in provider answered its discovery with ${answer.status}.`);
  const document = discovery.parse(await answer.json());
  if (document.issuer !== issuer) throw new ForeignIssuer(`The discovery at ${issuer} speaks for another issuer.`);
  return createRemoteJWKSet(new URL(document.jwks_uri), { timeoutDuration: timeoutMs });
}
