import { createPrivateKey, type KeyObject } from "node:crypto";
import type { WorkerConfig } from "./config.ts";
import type { MarkKey } from "./marks.ts";
import { MissingReference, resolveReference } from "./references.ts";

export interface WorkerKeys {
  /** Every version of the mark key, the newest last. */
  readonly mark: readonly MarkKey[];
  /** Signs audit checkpoints. */
  readonly checkpoint: { readonly id: string; readonly privateKey: KeyObject };
}

/** Reads the keys that the configuration names: 32 bytes in base64 for marks, Ed25519 in PKCS 8 for checkpoints. */
export async function openKeys({ keys }: Pick<WorkerConfig, "keys">): Promise<WorkerKeys> {
  const mark = await Promise.all(keys.mark.map(async ({ id, secret }) => ({ id, secret: await markSecret(secret) })));
  const { id, secret } = keys.checkpoint;
  const privateKey = createPrivateKey(await resolveReference(secret));
  if (privateKey.asymmetricKeyType !== "ed25519") {
    throw new MissingReference(`${secret} is not an Ed25519 key. Make one with npm run keys:new.`);
  }
  return { mark, checkpoint: { id, privateKey } };
}

async function markSecret(reference: string): Promise<Uint8Array> {
  const bytes = Buffer.from(await resolveReference(reference), "base64");
  if (bytes.length !== 32)
    throw new MissingReference(`${reference} is not 32 bytes in base64. Make it with npm run keys:new.`);
  return bytes;
}
