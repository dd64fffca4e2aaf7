import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Public half of the key with which the demo's launcher signs workflow tokens in GitHub's name (scripts/demo/github-token.mjs).
 * Only simulated accounts trust it.
 */
export function githubKeys(folder: string): { keys: { kty: string; [member: string]: unknown }[] } {
  const key = createPublicKey(readFileSync(join(folder, "github-key.pem"))).export({ format: "jwk" });
  return { keys: [{ ...key, kty: "RSA", kid: "demo-github", use: "sig", alg: "RS256" }] };
}
