import { createHash } from "node:crypto";
import { errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { type Outcome, refuse } from "#lib/domain/refusal.ts";
import { claimsOf, type TokenClaims, type TokenRules } from "./token-claims.ts";

/** Oldest `iat` that is accepted, and how far the issuer's clock may run ahead of ours. */
const maxAge = "5 minutes";
const skewSeconds = 5;
/** Asymmetric only: `none` and HMAC never verify. */
const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

export const tokenHash = (idToken: string): string => createHash("sha256").update(idToken).digest("hex");

/**
 * Verifies an id_token by keys, which the worker fetched itself. Refuses, in words for people, what was not issued for
 * us, is too old or is not signed. Throws only when the issuer's keys cannot be had.
 */
export async function readToken(
  idToken: string,
  rules: TokenRules,
  by: { readonly keys: JWTVerifyGetKey; readonly now: Date },
): Promise<Outcome<TokenClaims>> {
  try {
    const { payload } = await jwtVerify(idToken, by.keys, {
      issuer: rules.issuer,
      audience: rules.clientId,
      algorithms,
      requiredClaims: ["sub", "iat", "exp"],
      maxTokenAge: maxAge,
      clockTolerance: skewSeconds,
      currentDate: by.now,
    });
    return claimsOf(payload, rules);
  } catch (error) {
    const why = whyRefused(error);
    if (why === null) throw error;
    return refuse({ code: "forbidden", sentence: why, mend: "Sign in again." });
  }
}

/** Named cases of jose; null for a fault, which is not the token's. */
function whyRefused(error: unknown): string | null {
  if (error instanceof errors.JWTExpired) return "This sign-in has expired.";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "aud") return "This sign-in was issued for another application.";
    if (error.claim === "iss") return "This sign-in comes from an issuer that is not ours.";
    return "This sign-in lacks what identifies a person, or its time is wrong.";
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return "This sign-in is not signed by our issuer.";
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return "This sign-in is signed in a way that is not accepted.";
  }
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return "This sign-in cannot be read.";
  return null;
}
