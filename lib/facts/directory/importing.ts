import type { Directory } from "#db/store/directory.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { canonical } from "#lib/digest/digest.ts";
import type { Refusal } from "#lib/domain/refusal.ts";
import type { Work } from "../run.ts";

/** An import under way: what was there, what each key now means, what is wrong so far, what was changed. */
export interface Importing {
  readonly work: Work;
  readonly issuer: string;
  readonly before: Directory;
  /** Canonical person by e-mail address in lower case. */
  readonly people: Map<string, string>;
  /** Team by slug, and business service by slug. */
  readonly teams: Map<string, string>;
  readonly services: Map<string, string>;
  readonly refusals: Refusal[];
  readonly entries: Entry[];
}

export function beginImport(work: Work, issuer: string, before: Directory): Importing {
  return {
    work,
    issuer,
    before,
    people: new Map(before.people.map(({ email, canonical: person }) => [email.toLowerCase(), person])),
    teams: new Map(before.teams.map(({ slug, id }) => [slug, id])),
    services: new Map(before.services.map(({ slug, id }) => [slug, id])),
    refusals: [],
    entries: [],
  };
}

/** True when the wanted fields are what the row already has. */
export const isSame = (row: object | undefined, wanted: object): boolean =>
  row !== undefined && canonical({ ...row, ...wanted }) === canonical(row);
