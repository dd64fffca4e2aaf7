import type { ServerChosenCredential } from "#lib/connectors/connector.ts";
import { exactlyRecorded } from "#lib/domain/provisioning/server-chosen-secret.ts";
import { ClientChosenRun } from "./credential-client-chosen.ts";
import { ServerChosenRun, serverFacts } from "./credential-server-chosen.ts";
import { type Issued, type Issuing, slotTaken } from "./credential-storing.ts";

/** Follows the credential protocol from the committed facts to *done*. Faults are `TargetFault`, `Squatter`, `PutOff`, `Frozen`, `LostLease`. */
export function issue(issuing: Issuing): Promise<Issued> {
  const { credential } = issuing;
  return credential.protocol === "server-chosen"
    ? new ServerChosenRun(issuing, credential).issue()
    : new ClientChosenRun(issuing, credential).issue();
}

/** Takes back what `issue` may have made: every key of this intent, then the slot. Idempotent. */
export async function unissue(issuing: Issuing): Promise<void> {
  const { credential } = issuing;
  if (credential.protocol === "server-chosen") await new ServerChosenRun(issuing, credential).unmake();
  await removeSlot(issuing);
}

/** Removes a slot with all versions once it is seen to be this identity's. */
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

/** Before power is given: the recorded keys exactly, made so again when somebody else's hand was at work. Null when all is as recorded. */
export async function recheck(issuing: Issuing, credential: ServerChosenCredential): Promise<Issued | null> {
  const facts = serverFacts(issuing.work.facts);
  if (facts !== null && exactlyRecorded(facts, await credential.list(issuing.work))) return null;
  return new ServerChosenRun(issuing, credential).recheck();
}
