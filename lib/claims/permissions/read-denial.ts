import { readBlueprint } from "#db/read/planning-facts.ts";
import { blueprintSchema } from "#lib/connectors/blueprint.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { DenialRead } from "#lib/domain/permission.ts";
import { type Outcome, refuse } from "#lib/domain/refusal.ts";
import type { ClaimContext } from "../run.ts";

export interface DenialInput {
  /** Which blueprint's target type the message is of. */
  readonly blueprint: string;
  readonly text: string;
}

/** Reads a pasted error message for a form: proposes the permission that may mend it. Reads, writes nothing, leaves no entry. */
export async function readDenial({ db }: ClaimContext, input: DenialInput): Promise<Outcome<DenialRead>> {
  const published = await readBlueprint(db, input.blueprint);
  const blueprint = published?.configured ? blueprintSchema.safeParse(published.content).data : undefined;
  const help = blueprint === undefined ? undefined : connectorOf(blueprint.connector)?.permissions;
  if (help === undefined)
    return refuse({ code: "invalid", field: "denial", sentence: "Error messages cannot be read for this blueprint." });
  return help.denied(input.text);
}
