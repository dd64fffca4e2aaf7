import { randomUUID } from "node:crypto";
import type { Queries } from "#db/client.ts";
import { type Choices, readBlueprints, readChoices, readDraft } from "#db/read/new-request.ts";
import { readReachPacks } from "#db/read/planning-facts.ts";
import { type Blueprint, blueprintSchema, type ReachPack, reachPackSchema } from "#lib/connectors/blueprint.ts";
import type { PermissionHelp } from "#lib/connectors/connector.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { readAnswers } from "#lib/domain/read-answers.ts";
import { type FormStart, type Model, readModel, startFromLink, startLike } from "./form-start.ts";

export interface NewRequestPage {
  /** What a person may choose from: what a card shows of each blueprint. */
  readonly blueprints: readonly Pick<Blueprint, "id" | "title" | "summary" | "group" | "credential" | "connector">[];
  /** Target types that a blueprint is for, by kind and title. */
  readonly places: readonly { readonly value: string; readonly label: string }[];
  /** Why the cards are shown although the address names a form; null when it names none. */
  readonly said: string | null;
  /** Null while no blueprint is chosen. */
  readonly form: FormPage | null;
}
export interface FormPage extends FormStart {
  readonly id: string;
  readonly savedAt: number | null;
  /** A request is there already: submitting makes its next version. */
  readonly sealed: boolean;
  readonly blueprint: Blueprint;
  readonly packs: readonly {
    readonly id: string;
    readonly title: string;
    readonly summary: string;
    readonly parameters: readonly { name: string; label: string; placeholder: string }[];
    readonly actions: readonly string[];
  }[];
  readonly choices: Choices;
  /** Words of the composer and the reading of error messages; null where its target type composes nothing. */
  readonly help: PermissionHelp<unknown, unknown>["words"] | null;
}

/**
 * The page of a new request: `draft` (or `edit`, a request of one's own) goes on with what was typed, `like` begins as an
 * identity or request within sight was asked for, `blueprint` begins anew with what the link names beside it. None of them, or
 * one that names nothing, shows the cards and says so. What a draft holds and can no longer be read begins anew too.
 */
export async function newRequestPage(db: Queries, viewer: Viewer, asked: URLSearchParams): Promise<NewRequestPage> {
  const blueprints = (await readBlueprints(db)).flatMap(({ content }) => blueprintSchema.safeParse(content).data ?? []);
  const draft = await readDraft(db, viewer, asked.get("draft") ?? asked.get("edit") ?? "");
  const model = draft === null && asked.has("like") ? await readModel(db, viewer, asked.get("like") ?? "") : null;
  const wanted = draft?.blueprint ?? model?.charter.blueprint ?? asked.get("blueprint");
  const blueprint = blueprints.find(({ id }) => id === wanted);
  const cards = blueprints.map(({ id, title, summary, group, credential, connector }) => ({
    id,
    connector,
    title,
    summary,
    group,
    credential,
  }));
  const places = placesOf(blueprints);
  if (blueprint === undefined)
    return { blueprints: cards, places, said: whyCards(asked, { draft, model, wanted }), form: null };
  const reach = blueprint.questions.find((question) => question.kind === "reach");
  const [choices, rows] = await Promise.all([readChoices(db, viewer), readReachPacks(db, reach?.packs ?? [])]);
  const packs = rows.flatMap(({ content }) => reachPackSchema.safeParse(content).data ?? []);
  const kept = draft === null ? null : readAnswers(draft.content);
  const began = model ? startLike(db, blueprint, model) : startFromLink(db, asked, { blueprint, packs });
  const start = kept !== null && "ok" in kept ? { answers: kept.ok, said: {}, like: null } : await began;
  return {
    blueprints: cards,
    places,
    said: null,
    form: {
      ...start,
      id: draft?.id ?? randomUUID(),
      savedAt: draft?.updatedAt.getTime() ?? null,
      sealed: draft?.sealed ?? false,
      blueprint,
      help: connectorOf(blueprint.connector)?.permissions?.words ?? null,
      packs: packs.map(shownPack),
      choices: { ...choices, targets: choices.targets.filter((target) => target.kind === blueprint.connector) },
    },
  };
}

const placesOf = (blueprints: readonly Blueprint[]): NewRequestPage["places"] =>
  [...new Set(blueprints.map(({ connector }) => connector))].map((kind) => ({
    value: kind,
    label: connectorOf(kind)?.title ?? kind,
  }));

/** Why an address that names a form shows the cards instead. */
function whyCards(
  asked: URLSearchParams,
  found: { readonly draft: unknown; readonly model: Model | null; readonly wanted: string | null },
): string | null {
  if (found.model) return `${found.model.name} was made from a blueprint that is no longer offered. Choose another.`;
  if (asked.has("like")) return "There is no such identity or request. Choose a blueprint.";
  if (asked.has("draft") || asked.has("edit"))
    return "There is no such draft any more. Choose a blueprint to begin anew.";
  if (found.wanted === null) return null;
  return `The link names the blueprint “${found.wanted.replace(/[^\w-]/g, "?").slice(0, 60)}”, which is not offered. Choose another.`;
}

/** What a form shows of a reach pack. */
export function shownPack({ id, title, summary, parameters, grants }: ReachPack): FormPage["packs"][number] {
  return {
    id,
    title,
    summary,
    parameters: parameters.map(({ name, label, placeholder }) => ({ name, label, placeholder })),
    actions: grants.flatMap((grant) => grant.actions),
  };
}
