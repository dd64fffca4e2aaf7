import { readBlueprint, readPlanningTargets } from "#db/read/planning-facts.ts";
import { blueprintSchema } from "#lib/connectors/blueprint.ts";
import type { Connector } from "#lib/connectors/connector.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { WantedAccess } from "#lib/domain/access.ts";
import type { Charter } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Explained } from "#lib/domain/permission.ts";
import { asRefusals, type Outcome, ok, type Refusals, refuse } from "#lib/domain/refusal.ts";
import { jsonObject, read } from "#lib/domain/shape.ts";
import type { Reading } from "./draw-plan.ts";
import { explainNeed, type Offered, readPacks, refusedBy, specOf } from "./need-spec.ts";

/** An identity whose access is to change. */
export interface Held {
  readonly connector: string;
  readonly charter: Charter;
}

const unreadable = refuse({
  code: "conflict",
  sentence: "This version cannot read what it may do now.",
  mend: "Ask an operator which version wrote it.",
});
const nothingLeft = refuse({
  code: "invalid",
  field: "drop",
  sentence: "Nothing would be left of its access.",
  mend: "Retire it instead.",
});

/**
 * The spec that somebody wants instead of what an identity may do now, made by its connector. Refuses at `drop`, `instead` and
 * `need`, in words for its form. Reads, writes nothing.
 */
export async function wantedSpec(reading: Reading, held: Held, wanted: WantedAccess): Promise<Outcome<JsonObject>> {
  const connector = connectorOf(held.connector);
  const present = connector?.spec.safeParse(held.charter.spec);
  if (connector === undefined || !present?.success) return unreadable;
  const offered = await offeredTo(reading, connector, held.charter.blueprint);
  const more = specOf(wanted.add, offered) ?? ok(null);
  if ("refusals" in more) return more;
  const bad = asRefusals(refusedBy(await explainAdded(reading, held, wanted)));
  if (bad !== null) return { refusals: bad };
  const kept = await keptOf(present.data, offered, wanted);
  if ("refusals" in kept) return kept;
  if (kept.ok === null && more.ok === null) return nothingLeft;
  const spec =
    more.ok === null
      ? kept.ok
      : kept.ok === null
        ? connector.amend(present.data, more.ok, "instead")
        : connector.amend(kept.ok, more.ok, "beside");
  return sealedSpec(connector, spec);
}

/** What was composed to be added, explained for the identity's target; null where nothing was. */
export async function explainAdded({ tx }: Reading, held: Held, { add }: WantedAccess): Promise<Explained | null> {
  if (add === null || !("grants" in add)) return null;
  const target = (await readPlanningTargets(tx)).find(({ name }) => name === held.charter.target);
  return explainNeed(add, held.connector, target);
}

/** What stays of the present access; null where nothing does. */
async function keptOf(present: unknown, offered: Offered, wanted: WantedAccess): Promise<Outcome<unknown>> {
  const { connector, shape } = offered;
  if (wanted.instead !== null) {
    const said = connector.specFrom({ pasted: wanted.instead, blueprint: shape });
    return "refusals" in said
      ? { refusals: at("instead", said.refusals) }
      : ok(connector.amend(present, said.ok, "instead"));
  }
  if (wanted.drop.length === 0) return ok(present);
  const left = await connector.narrow(present, wanted.drop);
  return "refusals" in left ? ok(null) : left;
}

/** A blueprint that is no longer offered has no packs; what it made can be changed all the same. */
async function offeredTo(reading: Reading, connector: Connector<unknown, unknown>, id: string): Promise<Offered> {
  const row = await readBlueprint(reading.tx, id);
  const blueprint = blueprintSchema.safeParse(row?.content).data;
  if (blueprint === undefined) return { connector, shape: {}, packs: [] };
  return { connector, shape: blueprint.shape, packs: await readPacks(reading, blueprint) };
}

/** Within the limits of what may be asked for at all. */
function sealedSpec(connector: Connector<unknown, unknown>, spec: unknown): Outcome<JsonObject> {
  const parsed = connector.spec.safeParse(spec);
  if (parsed.success) return read(jsonObject, parsed.data);
  const refusals = asRefusals(
    parsed.error.issues.map(({ message }) => ({ code: "invalid" as const, field: "need", sentence: message })),
  );
  return refusals === null ? unreadable : { refusals };
}

const at = (field: string, [first, ...rest]: Refusals): Refusals => [
  { ...first, field },
  ...rest.map((refusal) => ({ ...refusal, field })),
];
