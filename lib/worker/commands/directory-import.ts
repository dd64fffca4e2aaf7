import { importDirectory } from "#lib/facts/directory/import.ts";
import { type DirectoryLines, wrong } from "#lib/facts/directory/rows.ts";
import { runFact } from "#lib/facts/run.ts";
import { findFindings } from "../sweeps/findings.ts";
import { complain, type Host, onHost, refusedWith, say } from "./host.ts";
import { readDirectoryFolder } from "./read-directory.ts";

/** Imports the five files of a folder: all of it or nothing. Who has left is found at once. */
export async function importFolder({ db, config, newId, actor }: Host, folder: string): Promise<number> {
  const lines = await readDirectoryFolder(folder, config.signIn.issuer);
  if ("refusals" in lines) return nothing(lines);
  for (const { sentence } of unknownTargets(lines.ok.services, config.targets)) complain(sentence);
  const context = { db, newId, actor, subject: { noun: "audit", id: "directory" } } as const;
  const outcome = await runFact(context, importDirectory, lines.ok);
  if ("refusals" in outcome) return nothing(outcome);
  const { people, teams, services, repositories } = lines.ok;
  say(
    `Imported ${people.length} people, ${teams.length} teams, ${services.length} business services and ${repositories.length} repositories; ${outcome.ok.changed} changes.`,
  );
  await findFindings({ db, newId, changed: () => undefined });
  return 0;
}

/** Targets that services name and that this worker does not know. They are imported all the same: one may be configured later. */
const unknownTargets = (services: DirectoryLines["services"], known: Host["config"]["targets"]) =>
  services.flatMap((line) =>
    [...new Set(Object.values(line.targets).flat())]
      .filter((name) => !known.some((target) => target.name === name))
      .map((name) =>
        wrong(line, `There is no target ${name} in the worker's configuration; nothing is offered there.`),
      ),
  );

function nothing(refused: Parameters<typeof refusedWith>[0]): number {
  const code = refusedWith(refused);
  complain("Nothing was imported.");
  return code;
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    complain("Usage: npm run directory:import -- FOLDER");
    process.exitCode = 2;
  } else process.exitCode = await onHost((host) => importFolder(host, folder));
}
