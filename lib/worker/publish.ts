import type { Db } from "#db/client.ts";
import { readPublished, saveGate } from "#db/store/configuration.ts";
import { differences, type Publication } from "#lib/facts/configuration/differences.ts";
import { publish } from "#lib/facts/configuration/publish.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { readBlueprints } from "./blueprint-files.ts";
import type { TargetEntry, VaultEntry, WorkerConfig } from "./config.ts";
import { entryDigest } from "./entry-digest.ts";

/** What the web may know of a configuration: no reference to a secret. */
async function publicationOf(config: WorkerConfig): Promise<Publication> {
  return {
    targets: config.targets.map(({ name, kind, title, environments, settings, simulated, ...entry }, position) => ({
      ...{ name, kind, title, environments, settings, simulated, position, configured: true },
      entryDigest: entryDigest({ kind, settings, simulated, credentials: entry.credentials }),
    })),
    vaults: config.vaults.map(({ name, kind, title, settings, simulated, approved, credentials }, position) => ({
      ...{ name, kind, title, settings, simulated, approved, position, configured: true },
      entryDigest: entryDigest({ kind, settings, simulated, credentials }),
    })),
    blueprints: await readBlueprints(config.blueprints.folder),
  };
}

/** Publishes what differs and sets the gates of every target and vault; the number of rows that changed. */
export async function publishConfig(db: Db, config: WorkerConfig, newId: () => string): Promise<number> {
  const wanted = await publicationOf(config);
  for (const { name, gate } of [...config.targets, ...config.vaults] satisfies (TargetEntry | VaultEntry)[]) {
    await saveGate(db, { target: name, ...gate });
  }
  const { targets, vaults, blueprints } = differences(await readPublished(db), wanted);
  if (targets.length + vaults.length + blueprints.length === 0) return 0;
  const context = { db, actor: system, subject: { noun: "audit", id: "configuration" }, newId } as const;
  const outcome = await runFact(context, publish, wanted);
  return "ok" in outcome ? outcome.ok.changed : 0;
}
