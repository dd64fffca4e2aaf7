import type { SubjectFormat } from "./charter.ts";

/** A repository as its host tells of it. */
export interface SeenRepository {
  /** `owner/name`. */
  readonly name: string;
  readonly ownerId: string;
  readonly repositoryId: string;
  readonly archived: boolean;
  /** Null: not readable, what is recorded stays. */
  readonly environments: readonly string[] | null;
  /** Null: its tokens follow a template of its own, or it was not told. */
  readonly subjectFormat: SubjectFormat | null;
}

/** Repositories made since then name themselves by ids in their tokens. Source: GitHub changelog 2026-04-23, as enforced on 15 July 2026. */
const immutableSince = Date.parse("2026-07-15T00:00:00Z");

export interface SubjectRule {
  readonly name: string;
  readonly createdAt: string | null;
  /** The repository builds its subject from claims of its own choice. */
  readonly custom: boolean;
  /** Opted in or out; null when GitHub does not tell. */
  readonly immutable: boolean | null;
  /** Beginning of the subjects it issues, where GitHub tells. */
  readonly prefix: string | null;
}

/** Which of the two default formats a repository's tokens have; null for one of its own, which no trust of ours would match. */
export function subjectFormatOf({ name, createdAt, custom, immutable, prefix }: SubjectRule): SubjectFormat | null {
  if (custom) return null;
  if (prefix !== null) {
    if (/^repo:[^/@]+@\d+\/[^/@]+@\d+$/.test(prefix)) return "immutable";
    return prefix === `repo:${name}` ? "names" : null;
  }
  if (immutable !== null) return immutable ? "immutable" : "names";
  return createdAt !== null && Date.parse(createdAt) >= immutableSince ? "immutable" : "names";
}
