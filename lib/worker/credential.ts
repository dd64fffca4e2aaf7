import { TargetFault } from "#lib/domain/fault.ts";
import { ClientChosenRun } from "./credential-client-chosen.ts";
import { ServerChosenRun } from "./credential-server-chosen.ts";
import { type Issued, type Issuing, slotTaken } from "./credential-storing.ts";

/** Follows the credential protocol from the committed facts to *done*. Faults are `TargetFault`, `Squatter`, `PutOff`, `Frozen`, `LostLease`. */
export function issue(issuing: Issuing): Promise<Issued> {
  const { credential } = issuing;
  return credential.protocol === "server-chosen"
    ? new ServerChosenRun(issuing, credential).issue()
    : new ClientChosenRun(issuing, credential).issue();
}

/**
 * Takes back what `issue` may have made: every key of this intent, then the slot. Idempotent. A slot that is somebody else's holds
 * nothing of ours and is left as it is.
 */
export async function unissue(issuing: Issuing): Promise<void> {
  const { credential, vault, vaultCalls, slot, custom } = issuing;
  if (credential.protocol === "server-chosen") await new ServerChosenRun(issuing, credential).unmake();
  const state = await vault.read(slot, vaultCalls);
  if (state?.custom.identity === custom.identity) await vault.remove(slot, vaultCalls);
}

/** Removes a slot with all versions; throws `Squatter` when it is not this identity's. */
export async function removeSlot({
  vault,
  vaultCalls,
  slot,
  custom,
}: Pick<Issuing, "vault" | "vaultCalls" | "slot" | "custom">): Promise<void> {
  const state = await vault.read(slot, vaultCalls);
  if (state === null) return;
  if (state.custom.identity !== custom.identity) throw slotTaken(slot);
  await vault.remove(slot, vaultCalls);
}

/**
 * Destroys the versions below the recorded one, for good; those destroyed. Best effort: null where the vault refuses, or the slot is
 * not this identity's any more. Idempotent.
 */
export async function destroyBelow(
  { vault, vaultCalls, slot, custom }: Pick<Issuing, "vault" | "vaultCalls" | "slot" | "custom">,
  recorded: number,
): Promise<readonly number[] | null> {
  const state = await vault.read(slot, vaultCalls);
  if (state === null || state.custom.identity !== custom.identity) return null;
  const older = state.versions.filter(({ version, destroyed }) => version < recorded && !destroyed);
  const versions = older.map(({ version }) => version);
  try {
    if (versions.length > 0) await vault.destroy(slot, versions, vaultCalls);
    return versions;
  } catch (error) {
    if (error instanceof TargetFault && (error.kind === "denied" || error.kind === "not-found")) return null;
    throw error;
  }
}

/**
 * Before power is given: the recorded credential exactly, and the vault's current version is its secret; made so again when somebody
 * else's hand was at work. Null when all is as recorded, and no earlier try of this step made it anew: what one did is told with the step.
 */
export async function recheck(issuing: Issuing): Promise<Issued | null> {
  const { credential } = issuing;
  const run =
    credential.protocol === "server-chosen"
      ? new ServerChosenRun(issuing, credential)
      : new ClientChosenRun(issuing, credential);
  const again = await run.recheck();
  return again && { ...again, ended: run.replaced().map((externalId) => ({ externalId, state: "removed" })) };
}
