import { type KeyObject, sign, verify } from "node:crypto";
import { z } from "zod";
import { canonical } from "#lib/digest/digest.ts";

/** Why an epoch began: the tree of the epoch before, as the anchor knew it, of which this database holds less, and a person's reason. */
const raised = z.strictObject({
  epoch: z.int().positive(),
  size: z.int().nonnegative(),
  root: z.string(),
  why: z.string().min(1),
});
export type Raised = z.infer<typeof raised>;

/** What is signed: that the tree of the first `size` entries has this root, and continues the one with the root `previous`. */
const statement = z.strictObject({
  size: z.int().positive(),
  root: z.string(),
  previous: z.string(),
  epoch: z.int().positive(),
  at: z.string(),
  key: z.string(),
  /** In the first checkpoint of a raised epoch, and nowhere else. */
  raised: raised.optional(),
});
export type Statement = z.infer<typeof statement>;

/** A statement with its Ed25519 signature (hex) over its canonical JSON. Source: table audit_checkpoints, and the anchor. */
export const signedCheckpoint = statement.extend({ signature: z.string().regex(/^[0-9a-f]{128}$/) });
export type Checkpoint = z.infer<typeof signedCheckpoint>;

/** In one order, without a `raised` that is not there. */
const fieldsOf = ({ size, root, previous, epoch, at, key, raised: why }: Statement) => ({
  ...{ size, root, previous, epoch, at, key },
  ...(why === undefined
    ? {}
    : { raised: { epoch: why.epoch, size: why.size, root: why.root, why: why.why } satisfies Raised }),
});

const bytesOf = (body: Statement): Buffer => Buffer.from(canonical({ v: "charter-checkpoint-1", ...fieldsOf(body) }));

/** Signs with the worker's checkpoint key (Ed25519, private). */
export const signed = (body: Statement, key: KeyObject): Checkpoint => ({
  ...body,
  signature: sign(null, bytesOf(body), key).toString("hex"),
});

/** Whether the holder of the checkpoint key said exactly this. */
export const isSigned = (checkpoint: Checkpoint, key: KeyObject): boolean =>
  verify(null, bytesOf(checkpoint), key, Buffer.from(checkpoint.signature, "hex"));

/** One line of the anchor, in one spelling only. */
export const checkpointLine = (checkpoint: Checkpoint): string =>
  JSON.stringify({ checkpoint: { ...fieldsOf(checkpoint), signature: checkpoint.signature } });
