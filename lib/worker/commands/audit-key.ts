import { createPrivateKey, createPublicKey } from "node:crypto";
import { configPath, readConfig } from "../config-file.ts";
import { resolveReference } from "../references.ts";
import { complain, refusedWith } from "./host.ts";

/** `npm run audit:key`: prints the public half (PEM) of the checkpoint key that the worker's configuration names. */
async function main(): Promise<number> {
  const path = configPath(process.env);
  if (path === null) {
    complain("Set CHARTER_CONFIG to the worker's configuration file.");
    return 2;
  }
  const loaded = await readConfig(path);
  if ("refusals" in loaded) return refusedWith(loaded);
  const pem = await resolveReference(loaded.ok.config.keys.checkpoint.secret);
  process.stdout.write(createPublicKey(createPrivateKey(pem)).export({ type: "spki", format: "pem" }));
  return 0;
}

process.exitCode = await main();
