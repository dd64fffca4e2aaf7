import { setTimeout as sleep } from "node:timers/promises";
import {
  type ClientChosenCredential,
  type ServerChosenCredential,
  Squatter,
  type StepDone,
  type StepWork,
} from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Secret } from "#lib/domain/secret.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { Slot, SlotState, Vault } from "#lib/vaults/store.ts";

/** What one run of a credential protocol needs. The secret lives in this run's memory and nowhere else. */
export interface Issuing {
  readonly work: StepWork;
  readonly credential: ServerChosenCredential | ClientChosenCredential;
  readonly vault: Vault;
  readonly vaultCalls: Calls;
  readonly slot: Slot;
  /** Written beside the secret: identity, intent, owner, purpose. */
  readonly custom: Readonly<Record<string, string>>;
  /** The database's wall clock, ms. */
  now(): number;
  /** When the present lease ends on that clock. */
  leaseEndsAt(): number;
  /** The step's committed facts, read afresh. */
  committed(): Promise<JsonObject>;
  /** For the one call allowed without a lease. */
  readonly lastCalls: Calls;
}

export interface Issued extends StepDone {
  readonly stored: { readonly externalId: string; readonly version: number };
}

/** The step waits for a window at its target: to be taken up again later, nothing went wrong. */
export class PutOff extends Error {
  override readonly name = "PutOff";
  readonly forMs: number;
  constructor(forMs: number) {
    super("waits for a window");
    this.forMs = forMs;
  }
}
/** Keys that nobody recorded were used: the identity stays without power until people have looked. */
export class Frozen extends Error {
  override readonly name = "Frozen";
  readonly keys: readonly string[];
  constructor(keys: readonly string[]) {
    super("unrecorded credentials were used");
    this.keys = keys;
  }
}

/** Longest pause that a worker sleeps through while it holds no secret, ms. */
const inlineMs = 2_000;

export const slotTaken = (slot: Slot): Squatter =>
  new Squatter(`${slot.mount}/${slot.path}`, "this storage slot holds something that is not this identity's");

/** What both protocols ask of the vault. */
export class Storing {
  readonly issuing: Issuing;
  constructor(issuing: Issuing) {
    this.issuing = issuing;
  }

  async prepare(): Promise<SlotState> {
    const { vault, slot, custom, vaultCalls } = this.issuing;
    try {
      return await vault.prepare(slot, custom, vaultCalls);
    } catch (error) {
      if (error instanceof TargetFault && error.kind === "conflict") throw slotTaken(slot);
      throw error;
    }
  }

  read(): Promise<SlotState | null> {
    return this.issuing.vault.read(this.issuing.slot, this.issuing.vaultCalls);
  }

  /** Whether the slot is still this identity's, and this version its current one that can be read. */
  async holds(version: number | null): Promise<boolean> {
    const state = await this.read();
    if (state?.custom.identity !== this.issuing.custom.identity) return false;
    const current = state?.versions.find((one) => one.version === state.current);
    return current !== undefined && current.version === version && !current.destroyed && !current.deleted;
  }

  /** The version written, or null when there was no answer or the check-and-set was refused. */
  async put(secret: Secret, cas: number): Promise<number | null> {
    try {
      return await this.issuing.vault.put(this.issuing.slot, secret, cas, this.issuing.vaultCalls);
    } catch (error) {
      if (error instanceof TargetFault && (error.kind === "conflict" || error.kind === "ambiguous")) return null;
      throw error;
    }
  }

  /** While a secret is in hand, a busy or absent target is worth a few more tries: giving up forgets the secret. */
  async patiently<T>(holding: boolean, ask: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await ask();
      } catch (error) {
        const passing = error instanceof TargetFault && (error.kind === "throttled" || error.kind === "unavailable");
        if (!holding || !passing || tries >= 5) throw error;
        await sleep(Math.max(error.retryAfterMs ?? 0, 200 * 2 ** tries));
      }
    }
  }

  async pause(until: number, holding: boolean): Promise<void> {
    const forMs = Math.max(0, until - this.issuing.now());
    if (!holding && forMs > inlineMs) throw new PutOff(forMs);
    await sleep(forMs);
  }
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether an issue step has begun, or a later one has begun to issue anew. */
export const hasIssued = (facts: JsonObject): boolean => isObject(facts.credential);
