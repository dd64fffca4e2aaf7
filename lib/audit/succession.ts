import type { Checkpoint } from "./checkpoint.ts";

/** What a log holds of an epoch, as far as one anchored checkpoint is concerned. */
export interface Held {
  readonly size: number;
  readonly epoch: number;
  readonly root: string;
  /** Its own checkpoint of the anchored one's size and epoch; null when it has none. */
  readonly same: Checkpoint | null;
  /** Its checkpoint that ended the anchored one's epoch; null when that epoch was never ended. */
  readonly raise: Checkpoint | null;
}

/**
 * Null when a log still is the one that was anchored: it holds the anchored checkpoint, or a raised epoch names what was given up.
 * Else why not, in a sentence. A smaller tree in the same epoch is never sound.
 */
export function whyNotAnchored(anchored: Checkpoint, held: Held): string | null {
  const { size, epoch, same, raise } = held;
  if (same?.root === anchored.root && reaches(held, anchored)) return null;
  const knows = `The anchor knows ${anchored.size} audit entries of epoch ${anchored.epoch}`;
  if (same !== null && same.root !== anchored.root)
    return `${knows}; the log's first ${same.size} are others: it was changed.`;
  if (anchored.epoch > epoch) return `${knows}, the log is still in epoch ${epoch}: it was restored from a backup.`;
  if (anchored.epoch === epoch)
    return size < anchored.size
      ? `${knows}, the log holds ${size}: it was restored from a backup, or its end was cut off.`
      : `${knows}, which the log never signed: it is another log.`;
  return raise === null
    ? `${knows}, and the log's epoch ${epoch} does not say what became of them.`
    : ofRaise(anchored, raise);
}

/** Whether the tree goes as far as its own checkpoint says. */
const reaches = ({ size, epoch, root }: Held, anchored: Checkpoint): boolean =>
  epoch > anchored.epoch || size > anchored.size || (size === anchored.size && root === anchored.root);

/** An abandoned checkpoint must lie within what the raise names. */
export function ofRaise(anchored: Checkpoint, { raised, epoch }: Checkpoint): string | null {
  const named = raised !== undefined && raised.epoch === anchored.epoch ? raised.size : 0;
  const within = anchored.size < named || (anchored.size === named && raised?.root === anchored.root);
  return within
    ? null
    : `The anchor knows ${anchored.size} audit entries of epoch ${anchored.epoch}; epoch ${epoch} was begun in place of ${named}.`;
}
