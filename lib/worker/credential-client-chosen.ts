import { type ClientChosenCredential, Squatter, type StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import * as client from "#lib/domain/provisioning/client-chosen-secret.ts";
import type { Secret } from "#lib/domain/secret.ts";
import { LostLease } from "#lib/facts/steps/owned.ts";
import { type Issued, type Issuing, isObject, Storing } from "./credential-storing.ts";

function clientFacts(facts: JsonObject): client.ClientChosenFacts | null {
  const kept = facts.credential;
  return isObject(kept) && typeof kept.attempt === "number" ? (kept as unknown as client.ClientChosenFacts) : null;
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
    this.facts = clientFacts(issuing.work.facts) ?? client.newClientChosen();
  }

  async issue(): Promise<Issued> {
    let seen: client.ClientChosenSeen = { saw: "resumed" };
    for (;;) {
      const action: client.ClientChosenAction = client.next(this.facts, seen);
      if (action.do === "done") return this.issued();
      if (action.do === "stop") throw new LostLease();
      if (action.do === "refuse") throw refusal(action.why, this.issuing.work);
      seen = await this.act(action);
    }
  }

  issued(): Issued {
    const { attempt, version } = this.facts;
    if (version === null) throw new TypeError("A password that was set has a version.");
    const externalId = this.credential.id?.(this.issuing.work) ?? this.issuing.work.plan.name;
    return {
      facts: {},
      evidence: `Version ${version} in the vault is the password of attempt ${attempt}, which the target holds.`,
      stored: { externalId, version },
    };
  }

  async act(
    action: Exclude<client.ClientChosenAction, { do: "done" | "stop" | "refuse" }>,
  ): Promise<client.ClientChosenSeen> {
    const { work } = this.issuing;
    const holding = this.secret !== null;
    const ask = <T>(call: () => Promise<T>) => this.storing.patiently(holding, call);
    switch (action.do) {
      case "prepare":
        return { saw: "slot", current: (await this.storing.prepare()).current, holding };
      case "read":
        return { saw: "slot", current: (await ask(() => this.storing.read()))?.current ?? 0, holding };
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
        return { saw: "held", held: await ask(() => this.credential.read(work)), holding };
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
    if (facts.phase !== "attempt") this.secret = null;
    else this.secret ??= this.credential.make(this.issuing.work);
  }

  async set(attempt: number): Promise<"set" | "fenced" | "unknown"> {
    try {
      return await this.credential.set(this.issuing.work, attempt, this.held());
    } catch (error) {
      if (error instanceof TargetFault && error.kind === "ambiguous") return "unknown";
      throw error;
    }
  }
}

function refusal(why: "closed" | "absent" | "not-ours", { plan }: StepWork): Error {
  if (why === "not-ours") return new Squatter(plan.name, "it carries no mark of ours");
  return new TargetFault(
    "not-found",
    why,
    why === "closed" ? "It was closed by a later request." : "What this credential belongs to is gone.",
  );
}
