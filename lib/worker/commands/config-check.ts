import { readBlueprints } from "../blueprint-files.ts";
import { configPath, readConfig } from "../config-file.ts";
import { openKeys } from "../keys.ts";
import { resolveAll, resolveReference } from "../references.ts";
import { complain, refusedWith, say } from "./host.ts";

/** Checks a configuration file, what it refers to and the blueprints, without a database and without calling a target. */
export async function checkConfig(path: string): Promise<number> {
  const loaded = await readConfig(path);
  if ("refusals" in loaded) return refusedWith(loaded);
  const { config, digest } = loaded.ok;
  const looks = [openKeys(config), readBlueprints(config.blueprints.folder)];
  const places = [...config.targets, ...config.vaults].map(({ credentials }) => resolveAll(credentials));
  const ways = [config.mail?.password ?? [], config.webhooks.map(({ signs }) => signs)].flat().map(resolveReference);
  const results = await Promise.allSettled<unknown>([...looks, ...places, ...ways]);
  const wrong = results.filter((result) => result.status === "rejected");
  for (const { reason } of wrong) complain(reason instanceof Error ? reason.message : "Something cannot be read.");
  if (wrong.length > 0) return 1;
  say(
    `${path} is complete: ${config.targets.length} targets, ${config.vaults.length} vaults; digest ${digest.slice(0, 12)}.`,
  );
  return 0;
}

if (import.meta.main) {
  const path = process.argv[2] ?? configPath(process.env);
  if (path === null) {
    complain("Usage: npm run config:check -- [FILE], or set CHARTER_CONFIG.");
    process.exitCode = 2;
  } else process.exitCode = await checkConfig(path);
}
