import { createPrivateKey, createPublicKey } from "node:crypto";
import { configPath, readConfig } from "../config-file.ts";
import { resolveReference } from "../references.ts";

/** `npm run audit:key`: prints the public half (PEM) of the checkpoint key that the worker's configuration names. */
async function main(): Promise<number> {
  const path = configPath(process.env);
  if (path === null) {
    process.stderr.write("Set CHARTER_CONFIG to the worker's configuration file.\n");
    return 2;
  }
  const loaded = await readConfig(path);
  if ("refusals" in loaded) {
    process.stderr.write(`${loaded.refusals.map(({ sentence }) => sentence).join("\n")}\n`);
    return 1;
  }
  const pem = await resolveReference(loaded.ok.config.keys.checkpoint.secret);
  process.stdout.write(createPublicKey(createPrivateKey(pem)).export({ type: "spki", format: "pem" }));
  return 0;
}

process.exitCode = await main();
