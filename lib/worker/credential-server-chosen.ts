import {
  type CredentialSeen,
  type ServerChosenCredential,
  Squatter,
  type StepWork,
} from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import * as server from "#lib/domain/provisioning/server-chosen-secret.ts";
import type { Secret } from "#lib/domain/secret.ts";
import { LostLease } from "#lib/facts/steps/lost-lease.ts";
import { Frozen, hasIssued, type Issued, type Issuing, isObject, Storing } from "./credential-storing.ts";

/** Pause between two probes or lists while a secret is held, ms. */
const holdingRepeatMs = 1_000;

/** Facts of the server-chosen protocol within a step's; null when there are none. */
export function serverFacts(facts: JsonObject): server.ServerChosenFacts | null {
  const kept = facts.credential;
  return isObject(kept) && Array.isArray(kept.pairs) ? (kept as unknown as server.ServerChosenFacts) : null;
}

/** Executes the server-chosen protocol: asks the pure machine, acts, tells it what was seen. */
export class ServerChosenRun {
  readonly issuing: Issuing;
  readonly credential: ServerChosenCredential;
  readonly storing: Storing;
  facts: server.ServerChosenFacts;
  secret: Secret | null = null;
  minted: string | null = null;
  /** A mint that was certainly refused: told once its checkpoint is committed. */
  refused: TargetFault | null = null;

  constructor(issuing: Issuing, credential: ServerChosenCredential) {
    this.issuing = issuing;
    this.credential = credential;
    this.storing = new Storing(issuing);
    const keep = Array.isArray(issuing.work.facts.keys)
      ? issuing.work.facts.keys.filter((key) => typeof key === "string")
      : [];
    this.facts = serverFacts(issuing.work.facts) ?? server.newServerChosen(keep);
  }

  async issue(): Promise<Issued> {
    await this.run();
    const { key, version } = this.facts;
    if (key === null || version === null) throw new TypeError("An issued key has an id and a version.");
    return {
      facts: {},
      evidence: this.said(key, version),
      stored: { externalId: key, version },
    };
  }

  said(key: string, version: number): string {
    const { keep } = this.facts;
    const beside = keep.length === 0 ? "is the only one" : `stands beside ${keep.join(", ")}`;
    return `Key ${key} ${beside}; version ${version} in the vault is its secret.`;
  }

  async unmake(): Promise<void> {
    const facts = server.unmaking(this.facts, this.issuing.now(), this.timing());
    if (facts !== this.facts) await this.save(facts);
    await this.run();
  }

  /** Ids of the keys that were made before this one in its place, whichever run made them. */
  replaced(): readonly string[] {
    const { pairs, key } = this.facts;
    return [...new Set(pairs.map((pair) => pair.key))].filter((id) => id !== key);
  }

  /** Again through step 6 where somebody else's hand is at work, and from the beginning where the vault no longer holds its secret. */
  async recheck(): Promise<Issued | null> {
    const { facts, issuing } = this;
    if (facts.phase === "done") {
      const isStored = await this.storing.holds(facts.version);
      const keys = isStored ? await this.credential.list(issuing.work) : [];
      const anew = server.rechecked(facts, { isStored, keys });
      if (anew === null && !hasIssued(await issuing.committed())) return null;
      if (anew !== null) await this.save(anew);
    }
    const again = await this.issue();
    return { ...again, facts: { credential: this.facts } };
  }

  timing(): server.ServerChosenTiming {
    const { mintWindowMs } = this.credential;
    return {
      mintWindowMs,
      repeatMs: this.secret === null ? Math.max(holdingRepeatMs, mintWindowMs / 20) : holdingRepeatMs,
    };
  }

  async run(): Promise<void> {
    let seen: server.ServerChosenSeen = { saw: "resumed", now: this.issuing.now() };
    for (;;) {
      const action: server.ServerChosenAction = server.next(this.facts, seen, this.timing());
      if (action.do === "done") return;
      if (action.do === "freeze") throw new Frozen(action.keys);
      if (action.do === "undo" || action.do === "stop") throw new LostLease();
      seen = await this.act(action);
    }
  }

  async act(
    action: Exclude<server.ServerChosenAction, { do: "done" | "freeze" | "undo" | "stop" }>,
  ): Promise<server.ServerChosenSeen> {
    const { work, now } = { work: this.issuing.work, now: () => this.issuing.now() };
    const holding = this.secret !== null;
    const ask = <T>(call: () => Promise<T>) => this.storing.patiently(holding, call);
    switch (action.do) {
      case "prepare":
        return { saw: "slot", slot: await this.storing.prepare(), holding, now: now() };
      case "read":
        return { saw: "slot", slot: await ask(() => this.storing.read()), holding, now: now() };
      case "list":
        return { saw: "keys", keys: await this.list(), now: now() };
      case "checkpoint":
        await this.save(action.facts);
        return { saw: "saved", now: now() };
      case "mint":
        return this.mint();
      case "probe":
        return { saw: "probe", works: await ask(() => this.probe()), now: now() };
      case "put": {
        const version = await ask(() => this.storing.put(this.held(), action.cas));
        return version === null ? { saw: "put-unknown", now: now() } : { saw: "put", version, now: now() };
      }
      case "deactivate":
        await this.deactivate(action.id);
        return { saw: "deactivated", id: action.id, now: now() };
      case "remove":
        return { saw: "removed", id: action.id, result: await this.remove(work, action.id), now: now() };
      case "wait":
        await this.storing.pause(action.until, holding);
        return { saw: "waited", now: now() };
    }
  }

  /** What is taken back may have been deleted by somebody else, with all it held; what stands there then is not asked for its keys. */
  async list(): Promise<readonly CredentialSeen[]> {
    try {
      return await this.credential.list(this.issuing.work);
    } catch (error) {
      const isGone = error instanceof Squatter || (error instanceof TargetFault && error.kind === "not-found");
      if (!isGone || this.facts.phase !== "unmaking") throw error;
      return [];
    }
  }

  held(): Secret {
    if (this.secret === null) throw new TypeError("A secret is written only while it is held.");
    return this.secret;
  }

  /** A fenced commit; when the step is another's, the one key that no row names is deleted. */
  async save(facts: server.ServerChosenFacts): Promise<void> {
    try {
      await this.issuing.work.checkpoint({ credential: facts });
    } catch (error) {
      if (error instanceof LostLease) await this.undoUnnamed();
      throw error;
    }
    this.facts = facts;
    if (facts.phase !== "minted") this.secret = null;
    const { refused } = this;
    this.refused = null;
    if (refused !== null) throw refused;
  }

  async undoUnnamed(): Promise<void> {
    const row = serverFacts(await this.issuing.committed()) ?? server.newServerChosen([]);
    const left = server.next(row, { saw: "lost", minted: this.minted, now: this.issuing.now() }, this.timing());
    if (left.do !== "undo") return;
    await this.remove({ ...this.issuing.work, calls: this.issuing.lastCalls }, left.id);
  }

  async mint(): Promise<server.ServerChosenSeen> {
    try {
      this.minted = await this.credential.mint(this.issuing.work, (secret) => {
        this.secret = secret;
      });
      return { saw: "minted", key: this.minted, now: this.issuing.now() };
    } catch (error) {
      if (!(error instanceof TargetFault)) throw error;
      this.secret = null;
      if (error.kind === "ambiguous")
        return { saw: "mint-unknown", signableUntil: this.issuing.leaseEndsAt(), now: this.issuing.now() };
      this.refused = error;
      return { saw: "mint-refused", now: this.issuing.now() };
    }
  }

  async probe(): Promise<boolean> {
    try {
      return await this.credential.probe(this.issuing.work, this.facts.key ?? "", this.held());
    } catch (error) {
      if (error instanceof TargetFault && error.kind === "ambiguous") return false;
      throw error;
    }
  }

  async deactivate(id: string): Promise<void> {
    try {
      await this.credential.deactivate(this.issuing.work, id);
    } catch (error) {
      if (error instanceof TargetFault && (error.kind === "not-found" || error.kind === "ambiguous")) return;
      throw error;
    }
  }

  async remove(work: StepWork, id: string): Promise<"deleted" | "absent" | "unknown"> {
    try {
      return await this.credential.remove(work, id);
    } catch (error) {
      if (error instanceof TargetFault && error.kind === "ambiguous") return "unknown";
      throw error;
    }
  }
}
