import { randomUUID } from "node:crypto";
import type { Queries } from "#db/client.ts";
import { type Choices, readBlueprints, readChoices, readDraft } from "#db/read/new-request.ts";
import { readReachPacks } from "#db/read/planning-facts.ts";
import { type Blueprint, blueprintSchema, reachPackSchema } from "#lib/connectors/blueprint.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { type Answers, noAnswers } from "#lib/domain/answers.ts";
import { readAnswers } from "#lib/domain/read-answers.ts";

export interface NewRequestPage {
  /** What a person may choose from: what a card shows of each blueprint. */
  readonly blueprints: readonly Pick<Blueprint, "id" | "title" | "summary" | "group" | "credential" | "connector">[];
  /** Target types that a blueprint is for, by kind and title. */
  readonly places: readonly { readonly value: string; readonly label: string }[];
  /** Null while no blueprint is chosen. */
  readonly form: FormPage | null;
}
export interface FormPage {
  readonly id: string;
  readonly answers: Answers;
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
}

/**
 * The page of a new request: `draft` (or `edit`, a request of one's own) goes on with what was typed, `blueprint` begins anew
 * under a new id, neither shows the cards. What a draft holds and can no longer be read begins anew too.
 */
export async function newRequestPage(db: Queries, viewer: Viewer, asked: URLSearchParams): Promise<NewRequestPage> {
  const blueprints = (await readBlueprints(db)).flatMap(({ content }) => blueprintSchema.safeParse(content).data ?? []);
  const draft = await readDraft(db, viewer, asked.get("draft") ?? asked.get("edit") ?? "");
  const blueprint = blueprints.find(({ id }) => id === (draft?.blueprint ?? asked.get("blueprint")));
  const cards = blueprints.map(({ id, title, summary, group, credential, connector }) => ({
    id,
    connector,
    title,
    summary,
    group,
    credential,
  }));
  const places = [...new Set(cards.map(({ connector }) => connector))].map((kind) => ({
    value: kind,
    label: connectorOf(kind)?.title ?? kind,
  }));
  if (blueprint === undefined) return { blueprints: cards, places, form: null };
  const reach = blueprint.questions.find((question) => question.kind === "reach");
  const [choices, packs] = await Promise.all([readChoices(db, viewer), readReachPacks(db, reach?.packs ?? [])]);
  const kept = draft === null ? null : readAnswers(draft.content);
  return {
    blueprints: cards,
    places,
    form: {
      id: draft?.id ?? randomUUID(),
      answers: kept !== null && "ok" in kept ? kept.ok : noAnswers(blueprint.id),
      savedAt: draft?.updatedAt.getTime() ?? null,
      sealed: draft?.sealed ?? false,
      blueprint,
      packs: packs.flatMap(({ content }) => packOf(content)),
      choices: { ...choices, targets: choices.targets.filter((target) => target.kind === blueprint.connector) },
    },
  };
}

function packOf(content: unknown): FormPage["packs"] {
  const pack = reachPackSchema.safeParse(content).data;
  if (pack === undefined) return [];
  const { id, title, summary, parameters, grants } = pack;
  return [
    {
      id,
      title,
      summary,
      parameters: parameters.map(({ name, label, placeholder }) => ({ name, label, placeholder })),
      actions: grants.flatMap((grant) => grant.actions),
    },
  ];
}
