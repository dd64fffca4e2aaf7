import { randomUUID } from "node:crypto";
import type { Queries } from "#db/client.ts";
import { readAccessUse } from "#db/read/access-use.ts";
import { readAskedQuestions } from "#db/read/attestations.ts";
import { readIdentityInSight } from "#db/read/identity-sight.ts";
import { readBlueprint, readReachPacks } from "#db/read/planning-facts.ts";
import { readPresentPlan } from "#db/store/intents.ts";
import { blueprintSchema, reachPackSchema } from "#lib/connectors/blueprint.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { Permission } from "#lib/domain/access.ts";
import { type ActionUse, actionUse } from "#lib/domain/access-use.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { mayAskAbout } from "#lib/domain/ownership.ts";
import { gatherEvidence } from "#lib/judgement/gather-evidence.ts";
import { shownPack } from "./new-request.ts";

/**
 * The form that asks for more or less access: what an identity may do now, what can be added, and what is known of its use.
 * `answering` comes from its question: then the form answers it. Null where the viewer may not see it.
 */
export async function accessPage(
  db: Queries,
  viewer: Viewer,
  { id, answering }: { readonly id: string; readonly answering: boolean },
) {
  const row = /^[0-9a-f-]{36}$/.test(id) ? await readIdentityInSight(db, viewer, id) : null;
  if (row === null) return null;
  const { owner, endsIt, state, charter } = row;
  const may = mayAskAbout("change-access", { owner, endsIt, state, backup: charter.backup }, viewer);
  const connector = connectorOf(row.connector);
  const present = await readPresentPlan(db, id);
  const held = connector === undefined || present === null ? [] : await connector.access(present.plan.objects);
  const accessUse = await readAccessUse(db, id);
  const spec = connector?.spec.safeParse(charter.spec);
  return {
    request: randomUUID(),
    identity: { id, name: row.name, environment: row.environment },
    refused: "refusals" in may ? may.refusals[0].sentence : null,
    held: heldBy(held, (action) => accessUse && actionUse(action, accessUse.told, accessUse.changed)),
    tellsAccess: connector?.capabilities.has("access-used") ?? false,
    /** Who told which of these it uses; null while nobody has. */
    told: accessUse && {
      source: accessUse.told.source,
      lagMinutes: accessUse.told.lagMinutes,
      observedAt: accessUse.told.observedAt.toISOString(),
    },
    text: spec?.success ? (connector?.asText?.(spec.data) ?? null) : null,
    blueprint: charter.blueprint,
    ...(await readOffer(db, charter.blueprint)),
    use: {
      answer: row.useAnswer,
      lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
      unusedSince: row.unusedSince?.toISOString() ?? null,
      knownUntil: row.useKnownUntil?.toISOString() ?? null,
    },
    asked: answering ? await readAsked(db, viewer, id) : null,
  };
}
export type AccessPage = NonNullable<Awaited<ReturnType<typeof accessPage>>>;

/** One action as the form lists it: once, with every place where it is allowed and what was told of its use. */
function heldBy(permissions: readonly Permission[], used: (action: string) => ActionUse | null) {
  const services = new Map<string, Map<string, Permission>>();
  for (const one of permissions) {
    const actions = services.get(one.service) ?? new Map<string, Permission>();
    const before = actions.get(one.action);
    services.set(one.service, actions.set(one.action, { ...one, on: [...(before?.on ?? []), ...one.on] }));
  }
  return [...services].map(([service, actions]) => ({
    service,
    actions: [...actions.values()].map(({ action, level, on }) => ({
      action,
      level,
      used: used(action),
      on: [...new Set(on.map(({ resource }) => resource))],
    })),
  }));
}

/** What its blueprint offers to add; nothing but pasting where it is no longer offered. */
async function readOffer(db: Queries, id: string) {
  const row = await readBlueprint(db, id);
  const blueprint = blueprintSchema.safeParse(row?.content).data;
  const reach = blueprint?.questions.find((question) => question.kind === "reach");
  const rows = await readReachPacks(db, reach?.packs ?? []);
  return {
    packs: rows.flatMap(({ content }) => {
      const pack = reachPackSchema.safeParse(content).data;
      return pack === undefined ? [] : [shownPack(pack)];
    }),
    paste: reach?.paste ?? null,
    help: row?.configured && blueprint ? (connectorOf(blueprint.connector)?.permissions?.words ?? null) : null,
  };
}

/** The question that is asked of this viewer now, with its evidence; null where none is. */
async function readAsked(db: Queries, viewer: Viewer, identity: string) {
  const question = (await readAskedQuestions(db, viewer)).find((one) => one.identity === identity);
  const evidence = question === undefined ? undefined : (await gatherEvidence(db, [identity])).get(identity)?.evidence;
  return question === undefined || evidence === undefined ? null : { round: question.round, evidence };
}
