import { readEveryReachPack } from "#db/read/planning-facts.ts";
import { type Blueprint, reachPackSchema } from "#lib/connectors/blueprint.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import { canonical } from "#lib/digest/digest.ts";
import type { NeedAnswer } from "#lib/domain/answers.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { parametersOf } from "#lib/domain/permission.ts";
import { jsonObject, read } from "#lib/domain/shape.ts";
import type { Reading } from "./draw-plan.ts";

export interface NeedLike {
  readonly need: NeedAnswer | null;
  /** What is no longer as it was; null when nothing is. */
  readonly left: string | null;
}

/**
 * The answer that makes this spec: the reach pack it came from, where one that is offered makes exactly the same; else its
 * permissions one by one. A pack that is gone is said. Null where its target type tells no spec back.
 */
export async function needLike({ tx }: Reading, blueprint: Blueprint, spec: JsonObject): Promise<NeedLike> {
  const connector = connectorOf(blueprint.connector);
  const parsed = connector?.spec.safeParse(spec);
  if (connector?.permissions === undefined || !parsed?.success)
    return { need: null, left: "What it may do cannot be copied: choose it anew." };
  const told = connector.permissions.needOf(parsed.data);
  if ("pasted" in told) return { need: told, left: null };
  const offered = blueprint.questions.flatMap((question) => (question.kind === "reach" ? question.packs : []));
  for (const { content, configured } of await readEveryReachPack(tx)) {
    const pack = reachPackSchema.safeParse(content).data;
    if (pack?.connector !== connector.kind) continue;
    const names = pack.parameters.map(({ name }) => name);
    const parameters = parametersOf(pack.grants, names, told.grants);
    if (parameters === null) continue;
    const made = connector.specFrom({ pack, parameters, blueprint: blueprint.shape });
    const same = "ok" in made ? read(jsonObject, made.ok) : made;
    if ("refusals" in same || canonical(same.ok) !== canonical(spec)) continue;
    if (configured && offered.includes(pack.id)) return { need: { pack: pack.id, parameters }, left: null };
    return { need: told, left: `${pack.title} is no longer offered: what it allowed stands here one by one.` };
  }
  return { need: told, left: null };
}
