import type { JsonObject } from "#lib/domain/json.ts";

/** Nouns that have guarded rows, and so audit entries. Tables are their plurals. */
export const nouns = [
  "sign-in",
  "session",
  "request",
  "request-version",
  "verdict",
  "acceptance",
  "comment",
  "ask",
  "answer",
  "person",
  "person-role",
  "team",
  "team-member",
  "service",
  "repository",
  "sign-in-result",
  "target",
  "vault",
  "bundle",
  "blueprint",
  "decision",
  "request-state",
  "intent",
  "step",
  "identity",
  "object",
  "credential",
  "question",
  "attestation",
  "exception",
  "passkey",
  "attempt",
  "audit",
] as const;
export type Noun = (typeof nouns)[number];

/** What proves the actor: nothing but the web's word (`session`), a verified token, a key's gesture by its digest, or the worker itself. */
export type Evidence = "session" | "id_token" | "worker" | "host" | `assertion:${string}`;

/** One entry as a fact hands it in; `seq`, `prev`, `hash`, `channel`, `at` and `xid` are the database's. */
export type Entry = {
  [N in Noun]: {
    readonly noun: N;
    readonly id: string;
    readonly version: number;
    readonly action: `${N}.${string}`;
    readonly detail: JsonObject;
    /** Where it rests on more than what proves the fact's actor: a gesture that was verified. */
    readonly evidence?: Evidence;
  };
}[Noun];

const seal: unique symbol = Symbol("recorded");
/** A value whose change has been written to the audit log in the same transaction. Only `record` makes one. */
export type Recorded<T> = { readonly value: T; readonly [seal]: true };
/** Seals a value once its entries are appended; called by the runner of facts alone. */
export async function recordedBy<T>(value: T, appended: Promise<void>): Promise<Recorded<T>> {
  await appended;
  return { value, [seal]: true };
}
