import type { Classification, Environment, SubjectFormat } from "#lib/domain/charter.ts";
import type { Refusal } from "#lib/domain/refusal.ts";

/** One line of a file, so that what is wrong with it can be said with its number. */
export interface Line {
  readonly file: string;
  readonly line: number;
}
export interface PersonLine extends Line {
  /** Null until the first sign-in. */
  readonly subject: string | null;
  readonly email: string;
  readonly name: string;
  readonly active: boolean;
}
export interface TeamLine extends Line {
  readonly slug: string;
  readonly name: string;
  /** An e-mail address, a team's slug, or null. */
  readonly backup: string | null;
  readonly unusedDays: number | null;
}
export interface MemberLine extends Line {
  readonly team: string;
  readonly email: string;
}
export interface ServiceLine extends Line {
  readonly slug: string;
  readonly name: string;
  readonly team: string;
  readonly ownerEmail: string;
  readonly classification: Classification;
  readonly source: string;
  readonly targets: { readonly [E in Environment]?: readonly string[] };
  /** Null: as recorded. */
  readonly decommissioned: boolean | null;
}
export interface RepositoryLine extends Line {
  readonly name: string;
  readonly ownerId: string;
  readonly repositoryId: string;
  readonly service: string | null;
  readonly environments: readonly string[];
  readonly subjectFormat: SubjectFormat;
  /** Null: as recorded. */
  readonly archived: boolean | null;
}

/** The directory's five files, each line read but not yet compared with the others. */
export interface DirectoryLines {
  readonly issuer: string;
  readonly people: readonly PersonLine[];
  readonly teams: readonly TeamLine[];
  readonly members: readonly MemberLine[];
  readonly services: readonly ServiceLine[];
  readonly repositories: readonly RepositoryLine[];
}

export const wrong = ({ file, line }: Line, sentence: string): Refusal => ({
  code: "invalid",
  sentence: `${file}, line ${line}: ${sentence}`,
});

/** Lines whose key an earlier line of the same file has. */
export function repeated<L extends Line>(lines: readonly L[], key: (line: L) => string): Refusal[] {
  const first = new Map<string, number>();
  return lines.flatMap((line) => {
    const before = first.get(key(line));
    first.set(key(line), before ?? line.line);
    return before === undefined ? [] : [wrong(line, `${key(line)} stands in line ${before} already.`)];
  });
}
