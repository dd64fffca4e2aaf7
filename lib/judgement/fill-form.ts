import { readFormRows } from "#db/read/form-facts.ts";
import {
  type BundleRow,
  readActiveBundle,
  readBlueprint,
  readPlanningTargets,
  readPlanningVaults,
} from "#db/read/planning-facts.ts";
import { type Blueprint, blueprintSchema } from "#lib/connectors/blueprint.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Answers } from "#lib/domain/answers.ts";
import { type Composed, compose } from "#lib/domain/compose.ts";
import type { FormFacts } from "#lib/domain/form-facts.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { ladder } from "#lib/domain/ladder.ts";
import type { Explained } from "#lib/domain/permission.ts";
import { readTeamDefaults } from "#lib/domain/read-team-defaults.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { jsonObject, read } from "#lib/domain/shape.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import type { Reading } from "./draw-plan.ts";
import { explainNeed, type PublishedPack, readPacks, refusedBy, specOf } from "./need-spec.ts";

export interface Form {
  readonly viewer: Viewer & { readonly name: string };
  readonly answers: Answers;
  /** The name this request has already, so that an edit may keep it; null for a new one. */
  readonly ownName: string | null;
}

export interface Filled {
  readonly composed: Composed;
  readonly bundle: BundleRow;
  /** Why this credential, and why not a better one; null while target or workload is open. */
  readonly ladder: string | null;
  /** What was composed, explained back; null where nothing was. */
  readonly explained: Explained | null;
}

/** Fills a form from what is known: the same defaults in the preview as in the submission. Reads, writes nothing. */
export async function fillForm(reading: Reading, form: Form): Promise<Outcome<Filled>> {
  const { answers } = form;
  const [offer, bundle, rows] = await Promise.all([
    readOffer(reading, answers.blueprint),
    readActiveBundle(reading.tx),
    readRows(reading, form),
  ]);
  if (offer === null) return noBlueprint;
  if (bundle === null) return noPolicy;
  const { blueprint, packs } = offer;
  const facts: FormFacts = {
    ...rows,
    names: rows.names.filter((name) => name !== form.ownName),
    requester: { id: form.viewer.id, name: form.viewer.name, teams: form.viewer.teams },
    blueprint: { ...blueprint, digest: offer.digest },
    packs: packs.map(({ pack, digest }) => ({ ...pack, digest })),
    figures: figuresOf(bundle),
    bundle: bundle.digest,
  };
  const composed = compose({ answers, facts, now: reading.now, spec: sealedSpecOf(answers, blueprint, packs) });
  const target = rows.targets.find(({ name }) => name === composed.filled.target);
  const explained = await explainNeed(answers.need, blueprint.connector, target);
  return ok({ composed: withRemarks(composed, explained), bundle, ladder: rungOf(composed, facts), explained });
}

const noBlueprint = refuse({
  code: "invalid",
  field: "blueprint",
  sentence: "This blueprint is not offered.",
  mend: "Choose another.",
});
const noPolicy = refuse({
  code: "conflict",
  sentence: "No policy is active, so nothing can be requested.",
  mend: "Ask an operator to activate one.",
});

/** A remark that is bad is a refusal at its field: there is no charter while it stands. */
function withRemarks(composed: Composed, explained: Explained | null): Composed {
  const bad = refusedBy(explained);
  return bad.length === 0 ? composed : { ...composed, charter: null, refusals: [...composed.refusals, ...bad] };
}

/** A blueprint that is offered, with its packs; else null. */
async function readOffer(reading: Reading, id: string) {
  const published = await readBlueprint(reading.tx, id);
  const blueprint = published?.configured ? blueprintSchema.safeParse(published.content).data : undefined;
  if (published === null || blueprint === undefined) return null;
  return { blueprint, digest: published.digest, packs: await readPacks(reading, blueprint) };
}

async function readRows({ tx }: Reading, { viewer, answers }: Form) {
  const { edits, runs } = answers;
  const backup = edits.backup;
  const [rows, targets, vaults] = await Promise.all([
    readFormRows(tx, viewer, {
      people: [
        edits.owner,
        edits.endsIt,
        backup && "person" in backup ? backup.person : undefined,
        edits.exception?.owner,
      ].filter((id) => id !== undefined),
      teams: [edits.team, backup && "team" in backup ? backup.team : undefined].filter((id) => id !== undefined),
      services: [edits.service, runs?.kind === "workload" ? runs.service : undefined].filter((id) => id !== undefined),
      repository: runs?.kind === "github" ? runs.repository : null,
    }),
    readPlanningTargets(tx),
    readPlanningVaults(tx),
  ]);
  return {
    ...rows,
    teams: rows.teams.map((team) => {
      const defaults = readTeamDefaults(team.defaults);
      return { ...team, defaults: "ok" in defaults ? defaults.ok : {} };
    }),
    targets: targets
      .filter(({ configured }) => configured)
      .map((target) => ({ ...target, credentials: connectorOf(target.kind)?.credentials ?? [] })),
    vaults,
  };
}

/** What the connector makes of the need; null while nothing was answered. */
function sealedSpecOf(
  { need }: Answers,
  blueprint: Blueprint,
  packs: readonly PublishedPack[],
): Outcome<JsonObject> | null {
  const connector = connectorOf(blueprint.connector);
  const made = connector === undefined ? null : specOf(need, { connector, shape: blueprint.shape, packs });
  return made === null || "refusals" in made ? made : read(jsonObject, made.ok);
}

function rungOf({ filled }: Composed, { targets, blueprint }: FormFacts): string | null {
  const target = targets.find(({ name }) => name === filled.target);
  if (target === undefined || filled.binding === undefined) return null;
  return ladder(blueprint.credential, target.credentials, filled.binding.kind)?.sentence ?? null;
}
