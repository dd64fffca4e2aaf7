import {
  type BesideCredential,
  type ClientChosenCredential,
  Squatter,
  type StepWork,
} from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import * as client from "#lib/domain/provisioning/client-chosen-secret.ts";
import type { Secret } from "#lib/domain/secret.ts";
import type { SlotState } from "#lib/vaults/store.ts";
import { hasIssued, type Issued, type Issuing, isObject, Storing } from "./credential-storing.ts";

/** Facts of the client-chosen protocol within a step's, those of a first secret also as earlier versions wrote them; null when there are none. */
function clientFacts(facts: JsonObject): client.ClientChosenFacts | null {
  const kept = facts.credential;
  if (!isObject(kept) || typeof kept.attempt !== "number") return null;
  const committed = kept as unknown as client.ClientChosenFacts;
  return { ...committed, beside: committed.beside ?? null };
}

/** Executes the client-chosen protocol: asks the pure machine, acts, tells it what was seen. */
export class ClientChosenRun {
  readonly issuing: Issuing;
  readonly credential: ClientChosenCredential;
  readonly storing: Storing;
  facts: client.ClientChosenFacts;
  secret: Secret | null = null;

  constructor(issuing: Issuing, credential: ClientChosenCredential) {
    this.issuing = issuing;
    this.credential = credential;
    this.storing = new Storing(issuing);
    const isRotation = issuing.work.plan.kind === "rotate";
    this.facts = clientFacts(issuing.work.facts) ?? (isRotation ? client.newBeside() : client.newClientChosen());
  }

  async issue(): Promise<Issued> {
    let seen: client.ClientChosenSeen = { saw: "resumed" };
    for (;;) {
      const action: client.ClientChosenAction = client.next(this.facts, seen);
      if (action.do === "done") return this.issued();
      if (action.do === "refuse") throw refusal(action.why, this.issuing.work);
      seen = await this.act(action);
    }
  }

  /** None: the holder keeps its name with whatever secret. */
  replaced(): readonly string[] {
    return [];
  }

  /** From the beginning where the vault no longer holds the secret of a first credential; null when it does. */
  async recheck(): Promise<Issued | null> {
    const { facts } = this;
    if (facts.phase === "set") {
      const isStored = await this.storing.holds(facts.version);
      if (isStored && !hasIssued(await this.issuing.committed())) return null;
      if (!isStored) await this.save(client.unstored(facts));
    }
    const again = await this.issue();
    return { ...again, facts: { ...again.facts, credential: this.facts } };
  }

  async issued(): Promise<Issued> {
    const { attempt, version, beside } = this.facts;
    const { work } = this.issuing;
    if (version === null) throw new TypeError("A password that was set has a version.");
    const externalId = this.credential.id?.(work, this.turn()) ?? work.plan.name;
    const said = `Version ${version} in the vault is the password of`;
    if (beside === null)
      return {
        facts: {},
        evidence: `${said} attempt ${attempt}, which the target holds.`,
        stored: { externalId, version },
      };
    return {
      ...(await this.beside().recorded(work, beside.turn)),
      evidence: `${said} ${externalId}, which was tried at the target first.`,
      stored: { externalId, version },
    };
  }

  turn(): number {
    return this.facts.beside?.turn ?? 0;
  }

  beside(): BesideCredential {
    const { beside } = this.credential;
    if (beside === undefined)
      throw new TargetFault("invalid", "no-rotation", "This target cannot hold two credentials.");
    return beside;
  }

  async act(action: Exclude<client.ClientChosenAction, { do: "done" | "refuse" }>): Promise<client.ClientChosenSeen> {
    const { work } = this.issuing;
    const holding = this.secret !== null;
    const ask = <T>(call: () => Promise<T>) => this.storing.patiently(holding, call);
    switch (action.do) {
      case "prepare":
        return { saw: "slot", ...slotSeen(await this.storing.prepare()), holding };
      case "read":
        return { saw: "slot", ...slotSeen(await ask(() => this.storing.read())), holding };
      case "checkpoint":
        await this.save(action.facts);
        return { saw: "saved" };
      case "put": {
        const version = await ask(() => this.storing.put(this.held(), action.cas));
        return version === null ? { saw: "put-unknown" } : { saw: "put", version };
      }
      case "set":
        return { saw: (await ask(() => this.set(action.attempt))) === "set" ? "set" : "set-unknown" };
      case "look":
        return { saw: "held", held: await ask(() => this.credential.read(work, this.turn())), holding };
      case "enable":
        return { saw: (await ask(() => this.enable(action.attempt))) === "enabled" ? "enabled" : "enable-unknown" };
      case "probe":
        return { saw: "probe", works: await ask(() => this.beside().probe(work, this.held())) };
      case "clear":
        await this.beside().clear(work, this.turn());
        return { saw: "cleared" };
    }
  }

  held(): Secret {
    if (this.secret === null) throw new TypeError("A secret is set only while it is held.");
    return this.secret;
  }

  /** A new attempt's secret is made only once its number is committed. */
  async save(facts: client.ClientChosenFacts): Promise<void> {
    await this.issuing.work.checkpoint({ credential: facts });
    this.facts = facts;
    if (facts.phase === "attempt") this.secret ??= this.credential.make(this.issuing.work, this.turn());
    else if (facts.phase !== "offered") this.secret = null;
  }

  set(attempt: number): Promise<"set" | "fenced" | "unknown"> {
    const at = { attempt, turn: this.turn() };
    return unlessLost(() => this.credential.set(this.issuing.work, at, this.held()));
  }

  enable(attempt: number): Promise<"enabled" | "fenced" | "unknown"> {
    return unlessLost(() => this.beside().enable(this.issuing.work, { attempt, turn: this.turn() }));
  }
}

async function unlessLost<T>(call: () => Promise<T>): Promise<T | "unknown"> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof TargetFault && error.kind === "ambiguous") return "unknown";
    throw error;
  }
}

/** What the machine asks of a slot; `whole`: its current version was neither deleted nor destroyed. */
function slotSeen(slot: SlotState | null): { readonly current: number; readonly whole: boolean } {
  const current = slot?.current ?? 0;
  const newest = slot?.versions.find(({ version }) => version === current);
  return { current, whole: newest !== undefined && !newest.destroyed && !newest.deleted };
}

const sentences: { readonly [W in Exclude<client.Refused, "not-ours">]: string } = {
  closed: "It was closed by a later request.",
  absent: "What this credential belongs to is gone.",
  "not-accepted": "The target did not let the new credential in from here; the older one stays in force.",
};

function refusal(why: client.Refused, { plan }: StepWork): Error {
  if (why === "not-ours") return new Squatter(plan.name, "it carries no mark of ours");
  return new TargetFault(why === "not-accepted" ? "denied" : "not-found", why, sentences[why]);
}
