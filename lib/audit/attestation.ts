import { createHash, type KeyObject, sign, verify } from "node:crypto";
import { z } from "zod";
import { canonical } from "#lib/digest/digest.ts";
import type { JsonObject } from "#lib/domain/json.ts";

/** What a worker says of an answer that it took. `shown` is the evidence on the card, `evidence` its digest. */
const statementSchema = z.strictObject({
  v: z.literal("charter-attestation-1"),
  installation: z.string(),
  id: z.string(),
  identity: z.string(),
  round: z.int().positive(),
  person: z.string(),
  standing: z.enum(["owner", "backup"]),
  answer: z.enum(["keep", "narrow", "transfer", "retire"]),
  reason: z.string(),
  request: z.string().nullable(),
  batch: z.string().nullable(),
  evidence: z.string().regex(/^[0-9a-f]{64}$/),
  shown: z.record(z.string(), z.json()),
  dueAt: z.string(),
  answeredAt: z.string(),
  nextDueAt: z.string(),
  key: z.string(),
});
export type AttestationStatement = Omit<z.infer<typeof statementSchema>, "shown"> & { readonly shown: JsonObject };

/** A statement with its Ed25519 signature (hex) over its canonical JSON, by the checkpoint key. Its `v` keeps it apart from a checkpoint. */
export interface SignedAttestation {
  readonly statement: JsonObject;
  readonly signature: string;
}

/** Signs with the worker's checkpoint key (Ed25519, private); hex. */
export const signAttestation = (statement: AttestationStatement, key: KeyObject): string =>
  sign(null, Buffer.from(canonical(statement)), key).toString("hex");

/** One line of an export. */
export const attestationLine = (attestation: SignedAttestation): string => JSON.stringify({ attestation });

const exported = z.strictObject({
  attestation: z.strictObject({ statement: statementSchema, signature: z.string().regex(/^[0-9a-f]{128}$/) }),
});

/** Why a line of an export does not hold; null when the key's holder said exactly this, of exactly the evidence in it. */
export function whyNotAttestation(line: string, key: KeyObject): string | null {
  const read = exported.safeParse(json(line));
  if (!read.success) return "is not an attestation";
  const { statement, signature } = read.data.attestation;
  if (!verify(null, Buffer.from(canonical(statement)), key, Buffer.from(signature, "hex")))
    return `${statement.id} is not signed by this key`;
  const shown = createHash("sha256").update(canonical(statement.shown)).digest("hex");
  return shown === statement.evidence ? null : `${statement.id} was given for other evidence than it carries`;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
