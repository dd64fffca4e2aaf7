import { createHash } from "node:crypto";
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { plainLine, whyNotPlain } from "#lib/domain/text.ts";

/** Whose tokens are accepted; from the worker's own configuration. */
export interface TokenRules {
  readonly issuer: string;
  readonly clientId: string;
  readonly groupsClaim: string;
  readonly personClaim: string | null;
}

/** What a verified id_token says. */
export interface TokenClaims {
  readonly issuer: string;
  readonly subject: string;
  readonly issuedAt: Date;
  readonly name: string | null;
  /** Only when the issuer says that it is verified. */
  readonly email: string | null;
  readonly personClaim: string | null;
  readonly groups: readonly string[];
}

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

function claimsOf(payload: JWTPayload, rules: TokenRules): Outcome<TokenClaims> {
  const several = Array.isArray(payload.aud) && payload.aud.length > 1;
  if ((several || payload.azp !== undefined) && payload.azp !== rules.clientId) {
    return refuse({ code: "forbidden", sentence: "This sign-in was issued for another application." });
  }
  const { sub, iat } = payload;
  if (sub === undefined || !isKey(sub, 255) || iat === undefined) {
    return refuse({ code: "forbidden", sentence: "This sign-in names nobody." });
  }
  const personClaim = rules.personClaim === null ? null : personOf(payload[rules.personClaim]);
  if (personClaim === undefined) {
    const sentence = `Which person signs in cannot be read from the claim ${rules.personClaim}.`;
    return refuse({ code: "forbidden", sentence, mend: "Ask whoever runs your identity provider." });
  }
  const groups = payload[rules.groupsClaim];
  return ok({
    issuer: rules.issuer,
    subject: sub,
    issuedAt: new Date(iat * 1000),
    name: nameOf(payload.name) ?? nameOf(payload.preferred_username),
    email: payload.email_verified === true && isKey(payload.email, 320) ? payload.email : null,
    personClaim,
    groups: Array.isArray(groups) ? groups.filter((group) => typeof group === "string") : [],
  });
}

/** Whatever somebody is told apart by: taken letter by letter, or not at all. */
const isKey = (value: unknown, max: number): value is string =>
  typeof value === "string" && value === value.trim() && whyNotPlain(value, { min: 1, max }) === null;

/** Undefined when it is there and is no key: taken for missing, two logins of one person would count as two. */
function personOf(value: unknown): string | null | undefined {
  if (value === undefined || value === null || value === "") return null;
  const key = typeof value === "number" ? String(value) : value;
  return isKey(key, 320) ? key : undefined;
}

/** People may write what they like into it at many providers. */
const nameOf = (value: unknown): string | null => (typeof value === "string" && plainLine(value, 200)) || null;

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
