import type { Tx } from "#db/client.ts";
import { readInstallation } from "#db/read/planning-facts.ts";
import { databaseClock } from "#db/store/audit.ts";
import { judgedAt } from "#lib/domain/instant.ts";
import { policyRefusals } from "#lib/domain/policy-refusals.ts";
import type { Outcome } from "#lib/domain/refusal.ts";
import type { Examine } from "#lib/judgement/draw-plan.ts";
import { type Examined, examine } from "#lib/judgement/examine.ts";
import { noWorker } from "../refusals.ts";

/**
 * Judges a version before it is sealed or proposed: what may not be, and what policy refuses, is refused at its field. `since`
 * is when the request it belongs to was first received.
 */
export async function examineNew(
  tx: Tx,
  asked: Omit<Examine, "installation">,
  since: readonly Date[] = [],
): Promise<Outcome<Examined>> {
  const installation = await readInstallation(tx);
  if (installation === null) return noWorker;
  const examined = await examine({ tx, now: judgedAt(since, await databaseClock(tx)) }, { ...asked, installation });
  if ("refusals" in examined) return examined;
  const refusals = policyRefusals(examined.ok.decision);
  return refusals === null ? examined : { refusals };
}
