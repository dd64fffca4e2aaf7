import type { readSettled } from "#db/store/findings.ts";
import type { HeldTo } from "#db/store/intents.ts";
import { keepSlot } from "#db/store/slots.ts";
import type { Intent } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { StorageSlot } from "#lib/domain/plan.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { SlotState } from "#lib/vaults/store.ts";
import type { Worker } from "../worker.ts";

/** The decision an identity is held to: the intent that made its objects, with the plan of the charter it has now. */
export const intentOf = ({ founding, plan }: HeldTo): Intent => ({
  ...{
    id: founding.id,
    kind: founding.kind,
    identity: founding.identity,
    target: founding.target,
    name: plan.name,
    plan,
  },
  ...{ planDigest: founding.planDigest, mark: founding.mark, markedAt: founding.markedAt.toISOString() },
});

/** A slot of a vault as its metadata shows it; undefined while the vault does not answer. */
export async function slotSeen(
  worker: Worker,
  { vault, mount, path }: StorageSlot,
  callsAt: (place: string) => Calls,
): Promise<SlotState | null | undefined> {
  try {
    return await (await worker.places.vault(vault)).read({ mount, path }, callsAt(vault));
  } catch (error) {
    if (error instanceof TargetFault) return undefined;
    throw error;
  }
}

interface Written {
  readonly identity: string;
  readonly vault: string;
  readonly slot: SlotState;
  /** What was kept of it; null where nothing was. */
  readonly before: Awaited<ReturnType<typeof readSettled>>[number]["slot"];
  readonly at: Date;
}

/** Keeps which version lies in an identity's slot and when it was written: what is new at once, the same once an hour. */
export async function keepWritten({ db }: Worker, { identity, vault, slot, before, at }: Written): Promise<void> {
  const written = slot.versions.find(({ version }) => version === slot.current);
  if (written === undefined) return;
  const { version } = written;
  const writtenAt = new Date(written.createdAt);
  const isSame =
    before?.vault === vault && before.version === version && before.writtenAt?.getTime() === writtenAt.getTime();
  const isRecent = before?.observedAt != null && at.getTime() - before.observedAt.getTime() < 3_600_000;
  if (!isSame || !isRecent) await keepSlot(db, { identity, vault, version, writtenAt, at });
}
