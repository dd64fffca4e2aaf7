import { open } from "node:fs/promises";
import { type Checkpoint, checkpointLine, signedCheckpoint } from "#lib/audit/checkpoint.ts";
import { readCheckpoint } from "#lib/audit/export.ts";
import { Secret } from "#lib/domain/secret.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { Slot, Vault } from "#lib/vaults/store.ts";

/** Where checkpoints go outside the database, so that a shortened log is seen. */
export interface Anchor {
  append(checkpoint: Checkpoint): Promise<void>;
  /** The newest one kept; null when there is none. */
  last(): Promise<Checkpoint | null>;
}

/** What the anchor holds is no checkpoint of ours. */
export class AnchorUnreadable extends Error {
  override readonly name = "AnchorUnreadable";
}

/** A line of a checkpoint is shorter than this many bytes. */
const longestLine = 4_096;

/** An anchor in a file, one checkpoint a line. The file should lie on another machine's disk. */
export function fileAnchor(file: string): Anchor {
  return {
    async append(checkpoint) {
      const handle = await open(file, "a", 0o600);
      try {
        await handle.appendFile(`${checkpointLine(checkpoint)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    async last() {
      const text = await endOf(file);
      if (text === "") return null;
      const checkpoint = readCheckpoint(text.trimEnd().split("\n").at(-1) ?? "");
      if (checkpoint !== null) return checkpoint;
      throw new AnchorUnreadable(`The last line of the anchor ${file} is not a checkpoint.`);
    },
  };
}

async function endOf(file: string): Promise<string> {
  try {
    const handle = await open(file, "r");
    try {
      const { size } = await handle.stat();
      const from = Math.max(0, size - longestLine);
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - from), position: from });
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

export interface VaultAnchoring {
  readonly vault: Vault;
  readonly slot: Slot;
  readonly installation: string;
  readonly calls: Calls;
}

/**
 * An anchor in one slot of a vault, with the writer's rights alone: each checkpoint is the slot's metadata, which the writer may
 * read back, and then a new version of its data, which it may not and a person may. Faults are `TargetFault`.
 */
export function vaultAnchor({ vault, slot, installation, calls }: VaultAnchoring): Anchor {
  const identity = `audit-anchor:${installation}`;
  const last = async (): Promise<Checkpoint | null> => {
    const custom = (await vault.read(slot, calls))?.custom ?? {};
    if (custom.signature === undefined) return null;
    const read = signedCheckpoint.safeParse(fieldsOf(custom));
    if (custom.identity === identity && read.success) return read.data;
    throw new AnchorUnreadable(`What lies at ${slot.mount}/${slot.path} is not a checkpoint of this installation.`);
  };
  return {
    last,
    async append(checkpoint) {
      const { current } = await vault.prepare(slot, { identity, ...customOf(checkpoint) }, calls);
      await vault.put(slot, new Secret({ checkpoint: checkpointLine(checkpoint) }), current, calls);
    },
  };
}

/** Custom metadata holds text alone, 512 bytes a value; a checkpoint's every field is shorter. A field left out would keep its old value. */
const customOf = ({ raised, size, epoch, ...texts }: Checkpoint): Record<string, string> => ({
  ...texts,
  size: String(size),
  epoch: String(epoch),
  raised: raised === undefined ? "none" : `${raised.epoch} ${raised.size} ${raised.root}`,
  why: raised?.why ?? "none",
});

function fieldsOf(custom: Readonly<Record<string, string>>): unknown {
  const { identity: _, raised = "none", why, size, epoch, ...texts } = custom;
  const fields = { ...texts, size: Number(size), epoch: Number(epoch) };
  const [ended, given, root] = raised.split(" ");
  return raised === "none" ? fields : { ...fields, raised: { epoch: Number(ended), size: Number(given), root, why } };
}
