import { readReachPacks } from "#db/read/planning-facts.ts";
import { type Blueprint, type ReachPack, reachPackSchema } from "#lib/connectors/blueprint.ts";
import type { Connector } from "#lib/connectors/connector.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { NeedAnswer } from "#lib/domain/answers.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Explained } from "#lib/domain/permission.ts";
import { type Outcome, type Refusal, refuse } from "#lib/domain/refusal.ts";
import type { Reading } from "./draw-plan.ts";

export interface PublishedPack {
  readonly pack: ReachPack;
  readonly digest: string;
}

/** The reach packs that a blueprint's questions offer. What this version cannot read is not offered, and takes nothing else down with it. */
export async function readPacks(
  { tx }: Reading,
  { questions }: Pick<Blueprint, "questions">,
): Promise<readonly PublishedPack[]> {
  const ids = questions.flatMap((question) => (question.kind === "reach" ? question.packs : []));
  const rows = await readReachPacks(tx, ids);
  return rows.flatMap(({ content, digest }) => {
    const pack = reachPackSchema.safeParse(content).data;
    return pack === undefined ? [] : [{ pack, digest }];
  });
}

/** What a need is read with. */
export interface Offered {
  readonly connector: Connector<unknown, unknown>;
  /** The blueprint's own part, passed on untouched. */
  readonly shape: JsonObject;
  readonly packs: readonly PublishedPack[];
}

/** The spec that a need comes to; null while nothing was answered. Refuses at `need` what cannot be. */
export function specOf(need: NeedAnswer | null, { connector, shape, packs }: Offered): Outcome<unknown> | null {
  if (need === null) return null;
  if ("pasted" in need)
    return need.pasted.trim() === "" ? null : connector.specFrom({ pasted: need.pasted, blueprint: shape });
  if ("grants" in need) {
    if (need.grants.length === 0) return null;
    return connector.permissions === undefined
      ? notOffered
      : connector.specFrom({ grants: need.grants, blueprint: shape });
  }
  const chosen = packs.find(({ pack }) => pack.id === need.pack);
  if (chosen === undefined) return notOffered;
  return connector.specFrom({ pack: chosen.pack, parameters: need.parameters, blueprint: shape });
}

const notOffered = refuse({
  code: "invalid",
  field: "need",
  sentence: "This is not offered here.",
  mend: "Choose from the list.",
});

/** What was composed, explained for its target; for none while the target is open. Null where nothing was composed. */
export async function explainNeed(
  need: NeedAnswer | null,
  kind: string,
  target: { readonly settings: JsonObject } | undefined,
): Promise<Explained | null> {
  const connector = connectorOf(kind);
  if (need === null || !("grants" in need) || connector?.permissions === undefined) return null;
  const settings = target === undefined ? undefined : connector.settings.safeParse(target.settings).data;
  return connector.permissions.explain(need.grants, settings ?? null);
}

/** Remarks that are bad, as refusals at their fields: while one stands it cannot be asked for. */
export const refusedBy = (explained: Explained | null): readonly Refusal[] =>
  (explained?.remarks ?? []).flatMap(({ tone, field, sentence, mend }) =>
    tone === "bad" ? [{ code: "invalid", field, sentence, ...(mend && { mend }) } as const] : [],
  );
