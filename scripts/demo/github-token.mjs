import { createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { writeWhole } from "../launcher/home.mjs";

const keyFile = (home) => home.path("demo", "github-key.pem");

/** The demo's stand-in for GitHub's signing key, made once. */
export function ensureGithubKey(home) {
  if (existsSync(keyFile(home))) return;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeWhole(keyFile(home), privateKey.export({ type: "pkcs8", format: "pem" }));
}

/** A workflow's token as GitHub Actions would give it, valid for five minutes from the demo's time, which is `ahead` seconds ahead. `claims` as in GitHub's OIDC reference; `sub` required. */
function workflowToken(home, claims, ahead) {
  const now = Math.floor(Date.now() / 1000 + ahead);
  const body = {
    iss: "https://token.actions.githubusercontent.com",
    aud: "sts.amazonaws.com",
    jti: randomUUID(),
    iat: now,
    nbf: now,
    exp: now + 300,
    ...claims,
  };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256", typ: "JWT", kid: "demo-github" })}.${part(body)}`;
  return `${signed}.${createSign("RSA-SHA256")
    .update(signed)
    .sign(readFileSync(keyFile(home)), "base64url")}`;
}

/**
 * Does what a pipeline does: exchanges its workflow token for a role's credentials, at a simulated account. Tells what came of
 * it, never the credentials.
 */
export async function exchangeToken(home, { port, role, claims, ahead }) {
  if (typeof role !== "string" || typeof claims?.sub !== "string")
    throw new Error("Name the role and the token's claims, with sub.");
  const body = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: role,
    RoleSessionName: "charter-demo",
    WebIdentityToken: workflowToken(home, claims, ahead),
  });
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body });
  const text = await answer.text();
  const tag = (name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? null;
  return answer.ok
    ? { admitted: true, as: tag("Arn"), endsAt: tag("Expiration") }
    : { admitted: false, code: tag("Code"), why: tag("Message") };
}
