import type { KeyObject } from "node:crypto";
import { readHeld, readTree, sealNext, sealSign } from "#db/store/seal.ts";
import { type Checkpoint, signed } from "#lib/audit/checkpoint.ts";
import { whyNotAnchored } from "#lib/audit/succession.ts";
import { appended, rootOf } from "#lib/audit/tree.ts";
import { refuse } from "#lib/domain/refusal.ts";
import type { Command } from "../run.ts";

export interface EpochRaise {
  /** The newest checkpoint that was kept outside the database. */
  readonly anchored: Checkpoint;
  /** Why the log is shorter, in a person's words: one line of 1 to 120 characters. */
  readonly why: string;
  readonly key: { readonly id: string; readonly privateKey: KeyObject };
}

const most = 5_000;
/** As a vault keeps it beside a checkpoint: printable, under 512 bytes. */
const oneLine = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,120}$/u;

/**
 * Begins a new epoch after a restore: an entry says so, and the checkpoint that seals it names the tree of the old epoch and the
 * reason. Refuses while the log holds all that was anchored, a reason that is no sentence, and while another worker seals.
 */
export const raiseEpoch: Command<EpochRaise, Checkpoint> = async (work, { anchored, why, key }) => {
  const reason = why.trim();
  if (!oneLine.test(reason))
    return refuse({ code: "invalid", sentence: "Say why the log is shorter, in one line of at most 120 characters." });
  const before = await readTree(work.tx);
  const lost = whyNotAnchored(anchored, { ...before, ...(await readHeld(work.tx, anchored)) });
  if (lost === null)
    return refuse({
      code: "conflict",
      sentence: "The log holds all that was anchored: there is nothing to raise the epoch for.",
    });
  const epoch = Math.max(before.epoch, anchored.epoch) + 1;
  const replaced = { epoch: epoch - 1, size: anchored.size, root: anchored.root };
  const detail = { epoch, kept: before.size, replaced, why: reason };
  const done = await work.record(null, {
    noun: "audit",
    id: "epoch",
    version: epoch,
    action: "audit.epoch-raised",
    detail,
  });
  const hashes = await sealNext(work.tx, most);
  if (hashes.length === 0)
    return refuse({ code: "conflict", sentence: "Another worker is sealing. Try again in a moment." });
  const tree = await readTree(work.tx);
  const next = appended(tree, hashes);
  const body = { size: next.size, root: rootOf(next), previous: tree.root, epoch, at: tree.at, key: key.id };
  const checkpoint = signed({ ...body, raised: { ...replaced, why: reason } }, key.privateKey);
  await sealSign(work.tx, checkpoint, next.frontier);
  return { ok: { ...done, value: checkpoint } };
};
