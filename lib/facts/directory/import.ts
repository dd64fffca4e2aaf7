import { lockDirectory, readDirectory } from "#db/store/directory.ts";
import { asRefusals } from "#lib/domain/refusal.ts";
import type { Command } from "../run.ts";
import { beginImport } from "./importing.ts";
import { importMembers, importPeople } from "./people.ts";
import { importRepositories, importServices, importTeams } from "./places.ts";
import type { DirectoryLines } from "./rows.ts";

/**
 * Takes the directory's five files over, all of it or nothing; refuses with a sentence for each wrong line. Rows that the
 * files do not name stay as they are; `active=false` deactivates, and sessions die at once. The same files twice change nothing.
 */
export const importDirectory: Command<DirectoryLines, { readonly changed: number }> = async (work, lines) => {
  await lockDirectory(work.tx);
  const at = beginImport(work, lines.issuer, await readDirectory(work.tx));
  await importPeople(at, lines.people);
  await importTeams(at, lines.teams);
  await importMembers(at, lines.members);
  await importServices(at, lines.services);
  await importRepositories(at, lines.repositories);
  const refusals = asRefusals(at.refusals);
  if (refusals !== null) return { refusals };
  const summary = { people: lines.people.length, teams: lines.teams.length, services: lines.services.length };
  const done = { ...summary, repositories: lines.repositories.length, changed: at.entries.length };
  return {
    ok: await work.record(
      { changed: at.entries.length },
      { noun: "audit", id: "directory", version: 0, action: "audit.directory-imported", detail: done },
      ...at.entries,
    ),
  };
};
