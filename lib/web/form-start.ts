import type { Queries } from "#db/client.ts";
import { readIdentityInSight } from "#db/read/identity-sight.ts";
import { readNames } from "#db/read/names.ts";
import { readCharterFacts, readRepository } from "#db/read/planning-facts.ts";
import { isRequestInSight } from "#db/read/request-sight.ts";
import { databaseClock } from "#db/store/audit.ts";
import { readLatestVersion } from "#db/store/requests.ts";
import type { Blueprint, ReachPack } from "#lib/connectors/blueprint.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Answers } from "#lib/domain/answers.ts";
import type { Charter, Origins } from "#lib/domain/charter.ts";
import { linkAnswers } from "#lib/domain/form-link.ts";
import { answersLike, type Left } from "#lib/domain/like.ts";
import { needLike } from "#lib/judgement/need-like.ts";

/** What an identity or request that another should be like says of itself. */
export interface Model {
  readonly id: string;
  readonly name: string;
  /** Where it is looked at. */
  readonly href: string;
  readonly charter: Charter;
  readonly origins: Origins;
}

/** How a form begins that no draft holds: with what a link or another identity gives beforehand. */
export interface FormStart {
  readonly answers: Answers;
  /** What a link names wrongly, by the field it concerns. */
  readonly said: { readonly [field: string]: string };
  /** The identity or request it is like; null for a form that begins by itself. */
  readonly like: {
    readonly name: string;
    readonly href: string;
    readonly purpose: string;
    readonly left: readonly Left[];
  } | null;
}

/** The identity, or else the request, of this id within the viewer's sight; null for every other. */
export async function readModel(db: Queries, viewer: Viewer, id: string): Promise<Model | null> {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return null;
  const identity = await readIdentityInSight(db, viewer, id);
  if (identity === null && !(await isRequestInSight(db, viewer, id))) return null;
  const version = await readLatestVersion(db, id);
  if (version === null) return null;
  const charter = identity?.charter ?? version.charter;
  const href = identity === null ? `/requests/${id}` : `/identities/${id}`;
  return { id, name: charter.name, href, charter, origins: version.origins };
}

/** A form like another identity's, as things stand today. */
export async function startLike(db: Queries, blueprint: Blueprint, model: Model): Promise<FormStart> {
  const { charter, origins } = model;
  const { owner, endsIt, backup, team, service, binding } = charter;
  const people = [owner, endsIt, ...("person" in backup ? [backup.person] : [])];
  const teams = [team, ...("team" in backup ? [backup.team] : [])];
  const repository = binding.kind === "github" ? binding.repository : null;
  const [facts, known, now] = await Promise.all([
    readCharterFacts(db, { people, teams, service, repository }),
    readNames(db, { people, teams, services: [service] }),
    databaseClock(db),
  ]);
  const names = {
    ...known.teams,
    ...known.services,
    ...Object.fromEntries(Object.entries(known.people).map(([id, { name }]) => [id, name])),
  };
  const { need, left } = await needLike({ tx: db, now }, blueprint, charter.spec);
  const like = answersLike({ charter, origins, need, facts: { ...facts, blueprint, names } });
  const lost = left === null ? [] : [{ field: "need", sentence: left }];
  const { name, href } = model;
  return {
    answers: like.answers,
    said: {},
    like: { name, href, purpose: charter.purpose, left: [...like.left, ...lost] },
  };
}

const own = new Set(["blueprint", "repo", "environment", "pack", "draft", "edit", "like"]);

/** A form as a link begins it: `repo`, `environment`, `pack`, and the pack's parameters by their names. */
export async function startFromLink(
  db: Queries,
  asked: URLSearchParams,
  of: { readonly blueprint: Blueprint; readonly packs: readonly ReachPack[] },
): Promise<FormStart> {
  const repo = asked.get("repo");
  const repository = repo === null ? null : await readRepository(db, repo);
  const parameters = Object.fromEntries([...asked].filter(([name]) => !own.has(name)));
  const link = { repo, environment: asked.get("environment"), pack: asked.get("pack"), parameters };
  const facts = { ...of.blueprint, packs: of.packs, repositories: repository === null ? [] : [repository] };
  return { ...linkAnswers(link, facts), like: null };
}
