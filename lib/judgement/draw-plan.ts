import type { Queries } from "#db/client.ts";
import { readPlanningFacts } from "#db/read/planning-facts.ts";
import type { RequestRow, VersionRow } from "#db/store/requests.ts";
import { blueprintSchema } from "#lib/connectors/blueprint.ts";
import { type Born, buildPlan, type Planned } from "#lib/connectors/planning.ts";
import type { Charter } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { type Outcome, refuse } from "#lib/domain/refusal.ts";

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
  /** With the hold of a retirement, whose length is policy's and never the requester's. */
  readonly change: JsonObject;
}

/** Draws the plan of one version from the rows that the worker published. */
export async function drawPlan({ tx }: Reading, ask: Examine, by: Drawn): Promise<Outcome<Planned>> {
  const { charter, request, version, installation } = ask;
  const rows = await readPlanningFacts(tx, charter);
  const blueprint = rows.blueprint === null ? null : blueprintSchema.parse(rows.blueprint.content);
  const offered = rows.blueprint?.configured === true || request.kind !== "provision";
  if (blueprint === null || !offered) {
    return refuse({
      code: "invalid",
      field: "blueprint",
      sentence: "This blueprint is no longer offered.",
      mend: "Choose another.",
    });
  }
  if (rows.target === null || rows.labels === null) {
    return refuse({
      code: "invalid",
      field: "target",
      sentence: "This target is not configured.",
      mend: "Choose a target.",
    });
  }
  const identity = request.identity ?? request.id;
  return buildPlan({
    kind: request.kind,
    request: request.id,
    version: version.version,
    charter,
    change: by.change,
    target: rows.target,
    vaults: rows.vaults,
    stores: blueprint.stores,
    labels: { ...rows.labels, ...installation, identity },
    born: by.born,
  });
}
