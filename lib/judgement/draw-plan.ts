import type { Queries } from "#db/client.ts";
import type { PlanningFacts } from "#db/read/planning-facts.ts";
import type { RequestRow, VersionRow } from "#db/store/requests.ts";
import { blueprintSchema } from "#lib/connectors/blueprint.ts";
import { type Born, buildPlan, type Planned, type PlanningTarget } from "#lib/connectors/planning.ts";
import type { Charter } from "#lib/domain/charter.ts";
import { whyNotBlueprint } from "#lib/domain/guard-rails.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { PlannedObject } from "#lib/domain/plan.ts";
import { asRefusals, type Outcome, ok, type Refusal, refuse } from "#lib/domain/refusal.ts";

/** Where a judgement reads, and at what time by the business clock: a fact's transaction, or the web's reading. */
export interface Reading {
  readonly tx: Queries;
  readonly now: Date;
}

/** Names of this installation: the worker's from its own configuration, the web's as a worker published them. */
export interface Installation {
  readonly installation: string;
  readonly portal: string;
}

export interface Examine {
  readonly request: Pick<RequestRow, "id" | "kind" | "identity" | "requester">;
  readonly version: Pick<VersionRow, "version" | "change">;
  readonly charter: Charter;
  readonly installation: Installation;
}

export interface Drawn {
  readonly born: Born | null;
  /** Ids of the stored credentials that the identity has, oldest first. */
  readonly held: readonly string[];
  /** The objects as they stand, for a change of access; else null. */
  readonly present: readonly PlannedObject[] | null;
  /** With what is not the requester's to say, such as the length of a retirement's hold. */
  readonly change: JsonObject;
}

/** Draws the plan of one version from the rows that the worker published. */
export async function drawPlan(ask: Examine, rows: PlanningFacts, by: Drawn): Promise<Outcome<Planned>> {
  const { charter, request, version, installation } = ask;
  if (rows.target === null || rows.labels === null) {
    return refuse({
      code: "invalid",
      field: "target",
      sentence: "This target is not configured.",
      mend: "Choose a target.",
    });
  }
  const stores = by.born === null ? storesBy(charter, rows.blueprint, rows.target) : ok(by.born.storage !== null);
  if ("refusals" in stores) return stores;
  const identity = request.identity ?? request.id;
  return buildPlan({
    kind: request.kind,
    request: request.id,
    version: version.version,
    charter,
    change: by.change,
    target: rows.target,
    vaults: rows.vaults,
    stores: stores.ok,
    labels: { ...rows.labels, ...installation, identity },
    born: by.born,
    held: by.held,
    present: by.present,
  });
}

type BlueprintRow = PlanningFacts["blueprint"];

/**
 * Whether a birth needs storage, as its blueprint says. Refuses a charter outside the blueprint's guard rails: policy judges by
 * the credential that the blueprint makes. What is born already keeps what it has, whatever became of its blueprint.
 */
function storesBy(charter: Charter, row: BlueprintRow, target: PlanningTarget): Outcome<boolean> {
  const blueprint = row?.configured ? blueprintSchema.safeParse(row.content).data : undefined;
  if (blueprint === undefined) {
    return refuse({
      code: "invalid",
      field: "blueprint",
      sentence: "This blueprint is no longer offered.",
      mend: "Choose another.",
    });
  }
  const misplaced: Refusal = {
    code: "invalid",
    field: "target",
    sentence: `${target.title} is not what ${blueprint.title} is made on.`,
    mend: "Choose another target.",
  };
  const rails = whyNotBlueprint(charter, blueprint);
  const outside = asRefusals(blueprint.connector === target.kind ? rails : [misplaced, ...rails]);
  return outside === null ? ok(blueprint.stores) : { refusals: outside };
}
