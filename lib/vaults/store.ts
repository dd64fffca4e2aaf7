import type { z } from "zod";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Secret } from "#lib/domain/secret.ts";
import type { Calls, Check } from "#lib/domain/target.ts";

/** A kind of vault, as both processes know it. Must not import its `vault.ts` or a vendor's client. */
export interface VaultStore<Settings> {
  readonly kind: string;
  readonly title: string;
  readonly settings: z.ZodType<Settings>;
  readonly example: { readonly settings: JsonObject; readonly credentials: JsonObject; readonly policy: string };
  /** The command with which the workload reads this path. */
  readCommand(settings: Settings, slot: Slot): string;
}

/** Mount and path inside one vault. */
export interface Slot {
  readonly mount: string;
  readonly path: string;
}

export interface SlotState {
  /** Current version number; 0 when none was ever written. */
  readonly current: number;
  /** Versions that metadata names. */
  readonly versions: readonly {
    readonly version: number;
    readonly destroyed: boolean;
    readonly deleted: boolean;
    readonly createdAt: string;
  }[];
  /** What `prepare` wrote beside it. */
  readonly custom: Readonly<Record<string, string>>;
}

/** One entry of a vault's own audit log. */
export interface LogEntry {
  readonly at: Date;
  /** The path whose secret was read, as the vault names it; null where the entry tells of something else. */
  readonly read: string | null;
}

/** Worker only. Writes and reads metadata, never data; removes with a second login. Faults are `TargetFault`. */
export interface Vault {
  check(calls: Calls): Promise<readonly Check[]>;
  /**
   * Sets check-and-set and custom metadata (identity, intent, owner, purpose). `custom.identity` says whose slot it is:
   * one that holds another identity's, or versions that nobody marked, is refused (`conflict`, code `slot-taken`).
   */
  prepare(slot: Slot, custom: Readonly<Record<string, string>>, calls: Calls): Promise<SlotState>;
  read(slot: Slot, calls: Calls): Promise<SlotState | null>;
  /** Writes one version with check-and-set; a refused cas is `TargetFault("conflict")`, no answer is `ambiguous`. */
  put(slot: Slot, secret: Secret, cas: number, calls: Calls): Promise<number>;
  /** Remover's login: destroys these versions for good. */
  destroy(slot: Slot, versions: readonly number[], calls: Calls): Promise<void>;
  /** Remover's login: deletes the slot with all versions and metadata. Idempotent. */
  remove(slot: Slot, calls: Calls): Promise<void>;
  /** Reads one line of its audit log; null for what is none. Absent where its log has no such form. */
  entryOf?(line: string): LogEntry | null;
  close(): Promise<void>;
}

/** What `connectVault(entry)` in a vault's `vault.ts` is given: one vault of the worker's configuration file, references resolved. */
export interface VaultConnectEntry<Settings = unknown> {
  /** The vault's name. */
  readonly name: string;
  /** Parsed by the store's own schema. */
  readonly settings: Settings;
  /** Secrets by their name in the entry; held in memory for as long as the vault is connected. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly windows: Readonly<Record<string, number>>;
  readonly installation: string;
  /** Approved storage; `check` proves the rights there. `{team}` and the like may still be in it. */
  readonly approved: readonly Slot[];
}
