import type { JWTPayload } from "jose";
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

/** Reads what a verified id_token says of its person; refuses one that names nobody, or was issued for another application. */
export function claimsOf(payload: JWTPayload, rules: TokenRules): Outcome<TokenClaims> {
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
