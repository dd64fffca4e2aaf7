import { randomBytes } from "node:crypto";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from "jose";
import { newId, seconds, type Turn } from "./holders.ts";
import { wireError, type Xml } from "./protocol.ts";
import { checkTrust, many, type Trust } from "./rules.ts";
import type { Account, Provider, Role } from "./state.ts";

/** Who signed a call. */
export interface Caller {
  readonly arn: string;
  readonly id: string;
}

export const callerIdentity = (account: Account, caller: Caller): Xml => ({
  Arn: caller.arn,
  UserId: caller.id,
  Account: account.accountId,
});

/** Exchanges a workload's token for credentials of a role, if the token is genuine and the role's trust admits it. */
export async function assumeWithWebIdentity(turn: Turn): Promise<Xml> {
  const { account, query, now } = turn;
  const arn = query.required("RoleArn");
  const session = query.required("RoleSessionName");
  const token = query.required("WebIdentityToken");
  const provider = providerOf(account, token);
  const claims = await verified(provider, token, now);
  const role = Object.values(account.roles).find((one) => one.arn === arn);
  const why =
    role === undefined ? "No such role." : refusal({ trust: checkTrust(account, role.trust), provider, claims, now });
  if (role === undefined || why !== null)
    throw wireError("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", why);
  return grant({ turn, role, session, provider, claims });
}

function providerOf(account: Account, token: string): Provider {
  let issuer: string;
  try {
    issuer = decodeJwt(token).iss ?? "";
  } catch {
    throw wireError("InvalidIdentityToken", "The ID Token provided is not a valid JWT.");
  }
  const provider = Object.values(account.providers).find((one) => one.issuer === issuer);
  if (provider === undefined)
    throw wireError("InvalidIdentityToken", `No OpenIDConnect provider found in your account for ${issuer}`);
  return provider;
}

async function verified(provider: Provider, token: string, now: Date): Promise<JWTPayload> {
  const { jwks } = provider;
  const keys =
    "url" in jwks
      ? createRemoteJWKSet(new URL(jwks.url))
      : createLocalJWKSet({ keys: jwks.keys } satisfies JSONWebKeySet);
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: provider.issuer,
      audience: provider.audiences,
      currentDate: now,
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw wireError("ExpiredTokenException", "Token expired");
    if (error instanceof errors.JWTClaimValidationFailed && error.claim === "aud")
      throw wireError("InvalidIdentityToken", "Incorrect token audience");
    throw wireError(
      "InvalidIdentityToken",
      "Couldn't retrieve verification key from your identity provider, or the signature is invalid.",
    );
  }
}

interface Case {
  readonly trust: Trust;
  readonly provider: Provider;
  readonly claims: JWTPayload;
  readonly now: Date;
}

/** Why the trust admits nobody with these claims, in a sentence; null when it does. A Deny outranks every Allow. */
function refusal(about: Case): string | null {
  const { trust, provider } = about;
  const concerned = trust.Statement.filter((one) => concerns(one, provider.arn));
  if (concerned.some((one) => one.Effect === "Deny" && mismatch(one, about) === null))
    return "The role is disabled: its trust denies everybody.";
  const allows = concerned.filter((one) => one.Effect === "Allow");
  const found = allows.map((one) => mismatch(one, about));
  if (found.includes(null)) return null;
  return found.find((one) => one !== null) ?? "The role does not trust this issuer.";
}

type Statement = Trust["Statement"][number];

function concerns({ Principal, Action }: Statement, provider: string): boolean {
  if (!many(Action).some((action) => action === "sts:AssumeRoleWithWebIdentity" || action === "sts:*")) return false;
  return Principal === "*" || many(Principal.AWS).includes("*") || many(Principal.Federated).includes(provider);
}

/** The first condition that does not hold, in a sentence. An operator it does not know holds for nobody. */
function mismatch({ Condition }: Statement, { provider, claims, now }: Case): string | null {
  const prefix = `${provider.arn.slice(provider.arn.indexOf("oidc-provider/") + 14)}:`;
  for (const [operator, keys] of Object.entries(Condition ?? {}))
    for (const [key, wanted] of Object.entries(keys)) {
      const claim = claims[key.slice(prefix.length)];
      const value = key === "aws:CurrentTime" ? seconds(now) : key.startsWith(prefix) ? textOf(claim) : undefined;
      const name = key.startsWith(prefix) ? key.slice(prefix.length) : key;
      if (!holds(operator, value, many(wanted)))
        return `${name}: the token says ${value ?? "nothing"}; the role trusts ${many(wanted).join(" or ")} (${operator}).`;
    }
  return null;
}

const textOf = (claim: unknown): string | undefined =>
  typeof claim === "string" ? claim : Array.isArray(claim) && typeof claim[0] === "string" ? claim[0] : undefined;

function holds(operator: string, value: string | undefined, wanted: readonly string[]): boolean {
  if (value === undefined) return false;
  if (operator === "StringEquals") return wanted.includes(value);
  const [limit = ""] = wanted;
  if (operator === "DateLessThan") return Date.parse(value) < Date.parse(limit);
  if (operator === "DateGreaterThanEquals") return Date.parse(value) >= Date.parse(limit);
  return false;
}

interface Grant {
  readonly turn: Turn;
  readonly role: Role;
  readonly session: string;
  readonly provider: Provider;
  readonly claims: JWTPayload;
}

function grant({ turn, role, session, provider, claims }: Grant): Xml {
  const { account, query, now } = turn;
  const lifetime = Math.min(Number(query.optional("DurationSeconds") ?? 3600), role.maxSession);
  const id = newId(account, "ASIA");
  const arn = `arn:aws:sts::${account.accountId}:assumed-role/${role.name}/${session}`;
  const secret = randomBytes(30).toString("base64");
  const token = randomBytes(48).toString("base64");
  const expiresAt = seconds(new Date(now.getTime() + lifetime * 1000));
  account.sessions[id] = { secret, token, roleArn: role.arn, arn, issuedAt: seconds(now), expiresAt };
  role.lastUsed = { at: seconds(now), region: "us-east-1" };
  return {
    SubjectFromWebIdentityToken: claims.sub ?? "",
    Audience: textOf(claims.aud),
    AssumedRoleUser: { AssumedRoleId: `${role.id}:${session}`, Arn: arn },
    Credentials: { AccessKeyId: id, SecretAccessKey: secret, SessionToken: token, Expiration: expiresAt },
    Provider: provider.arn,
  };
}
