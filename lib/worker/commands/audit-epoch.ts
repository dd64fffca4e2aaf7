import { parseArgs } from "node:util";
import { raiseEpoch } from "#lib/facts/audit/raise-epoch.ts";
import { runFact } from "#lib/facts/run.ts";
import type { Anchor } from "../anchors.ts";
import { openKeys } from "../keys.ts";
import { openAnchor } from "../open-anchor.ts";
import { openPlaces } from "../places.ts";
import { complain, type Host, onHost, refusedWith, say } from "./host.ts";

/** Begins a new epoch of the audit log after a restore, in the name of the machine's operator. The anchor hears of it at once. */
export async function raise(
  { db, config, newId, actor }: Host,
  of: { readonly why: string; readonly anchor: Anchor | null },
): Promise<number> {
  const anchored = (await of.anchor?.last()) ?? null;
  if (anchored === null || of.anchor === null) {
    complain("Nothing is anchored: there is no older log to compare with, so there is no epoch to raise.");
    return 1;
  }
  const { checkpoint: key } = await openKeys(config);
  const context = { db, newId, actor, subject: { noun: "audit", id: "epoch" } } as const;
  const outcome = await runFact(context, raiseEpoch, { anchored, why: of.why, key });
  if ("refusals" in outcome) return refusedWith(outcome);
  await of.anchor.append(outcome.ok);
  say(
    `Epoch ${outcome.ok.epoch} begins: ${outcome.ok.size} entries in place of the ${anchored.size} that were anchored. Workers go on within seconds. Keep the anchor: it proves what is gone.`,
  );
  return 0;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { why: { type: "string" } } });
  const { why } = values;
  if (why === undefined) {
    complain('Usage: npm run audit:epoch -- --why "Restored the backup of 1 May"');
    process.exitCode = 2;
  } else process.exitCode = await onHost((host) => withAnchor(host, why));
}

async function withAnchor(host: Host, why: string): Promise<number> {
  const { config, db } = host;
  const places = openPlaces(config, { installation: config.installation, markKeys: [], portalSystemIdentifier: "" });
  try {
    return await raise(host, { why, anchor: await openAnchor({ config, db, places }) });
  } finally {
    await places.close();
  }
}
