import type { Queries } from "#db/client.ts";
import { lockDirectory, type RepositoryRow, readRepositoriesLike, saveRepository } from "#db/store/directory.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { canonical } from "#lib/digest/digest.ts";
import type { SeenRepository } from "#lib/domain/repository.ts";
import type { Command, Work } from "../run.ts";

export interface SeenRepositories {
  readonly owner: string;
  readonly seen: readonly SeenRepository[];
}

/**
 * Takes over what GitHub says of an owner's repositories, by their numeric ids: renames, archiving, environments, subject format.
 * Business services are the directory's. Only rows that differ are written, each with its entry; what GitHub no longer lists
 * stays as it is, and a name that another repository has taken is given up by the one that had it.
 */
export const takeOverRepositories: Command<SeenRepositories, { readonly changed: number }> = async (work, input) => {
  await lockDirectory(work.tx);
  const { seen } = input;
  const before = await readRepositoriesLike(work.tx, seen);
  const entries = [...(await giveUpNames(work, before, seen)), ...(await save(work, before, seen))];
  const [first, ...rest] = entries;
  const changed = { changed: entries.length };
  if (first === undefined) return { ok: await work.record(changed, nothing(input)) };
  return { ok: await work.record(changed, first, ...rest) };
};

/** Those that differ from what is recorded: what there is to take over. */
export async function newsAmong(db: Queries, seen: readonly SeenRepository[]): Promise<readonly SeenRepository[]> {
  const rows = new Map((await readRepositoriesLike(db, seen)).map((row) => [row.repositoryId, row]));
  return seen.filter((one) => {
    const row = rows.get(one.repositoryId);
    return row === undefined ? one.subjectFormat !== null : !isSame(row, wantedOf(one, row));
  });
}

const nothing = ({ owner, seen }: SeenRepositories): Entry => ({
  noun: "audit",
  id: "directory",
  version: 0,
  action: "audit.repositories-read",
  detail: { owner, repositories: seen.length },
});

/** A name that is now another repository's: deleted and made again, or renamed away. The old row keeps its ids under a name of its own. */
async function giveUpNames(
  work: Work,
  before: readonly RepositoryRow[],
  seen: readonly SeenRepository[],
): Promise<Entry[]> {
  const taken = new Map(seen.map((one) => [one.name, one.repositoryId]));
  const entries: Entry[] = [];
  for (const row of before) {
    const by = taken.get(row.name);
    if (by === undefined || by === row.repositoryId) continue;
    entries.push(await write(work, { ...row, name: `${row.name}@${row.repositoryId}` }, "renamed"));
  }
  return entries;
}

async function save(work: Work, before: readonly RepositoryRow[], seen: readonly SeenRepository[]): Promise<Entry[]> {
  const byId = new Map(before.map((row) => [row.repositoryId, row]));
  const entries: Entry[] = [];
  for (const one of seen) {
    const row = byId.get(one.repositoryId);
    const { subjectFormat } = one;
    if (row !== undefined) {
      const wanted = wantedOf(one, row);
      if (!isSame(row, wanted)) entries.push(await write(work, wanted, "changed"));
    } else if (subjectFormat !== null) {
      const own = { id: work.newId(), service: null, environments: one.environments ?? [] };
      entries.push(await write(work, { ...one, ...own, subjectFormat }, "recorded"));
    }
  }
  return entries;
}

/** What GitHub does not tell stays as it is recorded. */
const wantedOf = (one: SeenRepository, row: RepositoryRow): RepositoryRow => ({
  ...row,
  ...one,
  environments: one.environments ?? row.environments,
  subjectFormat: one.subjectFormat ?? row.subjectFormat,
});

const isSame = (row: RepositoryRow, wanted: RepositoryRow): boolean => canonical(wanted) === canonical(row);

type Written = Omit<RepositoryRow, "tenant" | "version">;

async function write(work: Work, row: Written, verb: string): Promise<Entry> {
  const { id, name, ownerId, repositoryId, service, environments, subjectFormat, archived } = row;
  const detail = { name, ownerId, repositoryId, service, subjectFormat, archived };
  const version = await saveRepository(work.tx, { id, ...detail, environments });
  return { noun: "repository", id, version, action: `repository.${verb}`, detail: { ...detail, from: "github" } };
}
