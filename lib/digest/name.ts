import { createHash } from "node:crypto";

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** RFC 4648 base32, lower case, without padding. */
export function base32(bytes: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let out = "";
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += alphabet[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? out + alphabet[(value << (5 - bits)) & 31] : out;
}

/**
 * `charter-<env>-<slug ≤ 20>-<base32(sha256(installation ‖ request ‖ version))[0..10]>`: public, known before approval,
 * legal for IAM (≤ 64, case-insensitive) and PostgreSQL (≤ 63 bytes). The parts are joined with a NUL so that no two
 * triples collide.
 */
export function objectName(from: {
  installation: string;
  environment: string;
  slug: string;
  request: string;
  version: number;
}): string {
  const hash = createHash("sha256")
    .update([from.installation, from.request, String(from.version)].join("\0"))
    .digest();
  const slug = from.slug.slice(0, 20).replace(/-+$/, "");
  return `charter-${from.environment}-${slug}-${base32(hash).slice(0, 10)}`;
}
