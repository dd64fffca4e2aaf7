import { readActiveBundle } from "#db/read/planning-facts.ts";
import { activateBundle } from "#lib/facts/bundles/activate.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { defaultFolder, loadBundle } from "#lib/policy/bundle.ts";
import type { Worker } from "./worker.ts";

/**
 * At the very first start, activates the bundle of the configured folder (else the shipped one) in the names of
 * `policy.activatedBy`. Returns sentences for `/api/health` when no bundle is in force afterwards; a bundle that is stays.
 */
export async function firstBundle(worker: Worker): Promise<readonly string[]> {
  const { db, newId, config } = worker;
  if ((await readActiveBundle(db)) !== null) return [];
  const { folder, activatedBy } = config.policy;
  if (activatedBy === null) {
    return ["No policy is active. Name two people in policy.activatedBy, or run npm run bundle:activate."];
  }
  const bundle = await loadBundle(folder ?? defaultFolder);
  if ("refusals" in bundle) return bundle.refusals.map(({ sentence }) => sentence);
  const context = {
    db,
    newId,
    actor: { ...system, evidence: "host" },
    subject: { noun: "bundle", id: "first" },
  } as const;
  const activation = { ...bundle.ok, by: activatedBy, mustHoldSecurity: false };
  const outcome = await runFact(context, activateBundle, activation);
  if ("ok" in outcome || (await readActiveBundle(db)) !== null) return [];
  return [`No policy is active: ${outcome.refusals.map(({ sentence }) => sentence).join(" ")}`];
}
