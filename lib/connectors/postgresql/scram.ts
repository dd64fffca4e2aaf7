import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** PostgreSQL's own default for `scram_iterations`. */
const iterations = 4096;

/** 256 random bits as text that needs no escaping anywhere. */
export const newPassword = (): string => randomBytes(32).toString("base64url");

/**
 * What PostgreSQL stores for a password (RFC 5803): sent in place of the password, so that the password is in no server
 * log and in no statistics. The password must be ASCII: SASLprep leaves it as it is.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const key = (label: string): Buffer => createHmac("sha256", salted).update(label).digest();
  const stored = createHash("sha256").update(key("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${stored}:${key("Server Key").toString("base64")}`;
}
