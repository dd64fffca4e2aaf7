import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { writeWhole } from "./home.mjs";

/** The worker's mark key (32 bytes, base64) and checkpoint key (Ed25519, PKCS 8 PEM), made once. Losing them is told in docs/operate.md. */
export function ensureKeys(home) {
  const mark = home.path("keys", "mark-1.key");
  if (!existsSync(mark)) writeWhole(mark, `${randomBytes(32).toString("base64")}\n`);
  const checkpoint = home.path("keys", "checkpoint-1.pem");
  if (!existsSync(checkpoint))
    writeWhole(checkpoint, generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }));
}
