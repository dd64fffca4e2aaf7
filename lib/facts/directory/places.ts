import { type NewTeam, saveRepository, saveService, saveTeam } from "#db/store/directory.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { type Importing, isSame } from "./importing.ts";
import { type RepositoryLine, repeated, type ServiceLine, type TeamLine, wrong } from "./rows.ts";

/** Teams by slug; a backup is a person's address or another team's slug. Other defaults that a team has are kept. */
export async function importTeams(at: Importing, lines: readonly TeamLine[]): Promise<void> {
  at.refusals.push(...repeated(lines, ({ slug }) => slug));
  for (const { slug } of lines) if (!at.teams.has(slug)) at.teams.set(slug, at.work.newId());
  const before = new Map(at.before.teams.map((row) => [row.slug, row]));
  for (const line of lines) {
    const row = before.get(line.slug);
    const backup = backupOf(at, line);
    const unusedDays: JsonObject = line.unusedDays === null ? {} : { unusedDays: line.unusedDays };
    const defaults: JsonObject = { ...row?.defaults, ...backup, ...unusedDays };
    const wanted: NewTeam = {
      id: at.teams.get(line.slug) ?? at.work.newId(),
      slug: line.slug,
      name: line.name,
      defaults,
    };
    if (isSame(row, wanted)) continue;
    const version = await saveTeam(at.work.tx, wanted);
    const { id, ...detail } = wanted;
    at.entries.push({
      noun: "team",
      id,
      version,
      action: row === undefined ? "team.recorded" : "team.changed",
      detail,
    });
  }
}

function backupOf(at: Importing, line: TeamLine): JsonObject {
  if (line.backup === null) return {};
  const team = at.teams.get(line.backup);
  const person = at.people.get(line.backup.toLowerCase());
  if (team !== undefined) return { backup: { team } };
  if (person !== undefined) return { backup: { person } };
  at.refusals.push(wrong(line, `the backup ${line.backup} is neither a team nor a person's address.`));
  return {};
}

export async function importServices(at: Importing, lines: readonly ServiceLine[]): Promise<void> {
  at.refusals.push(...repeated(lines, ({ slug }) => slug));
  const before = new Map(at.before.services.map((row) => [row.slug, row]));
  for (const line of lines) {
    const row = before.get(line.slug);
    const team = at.teams.get(line.team);
    const owner = at.people.get(line.ownerEmail.toLowerCase());
    if (team === undefined) at.refusals.push(wrong(line, `there is no team ${line.team}.`));
    if (owner === undefined) at.refusals.push(wrong(line, `there is nobody with the address ${line.ownerEmail}.`));
    if (team === undefined || owner === undefined) continue;
    const { slug, name, classification, source, targets } = line;
    const id = row?.id ?? at.work.newId();
    const wanted = {
      id,
      slug,
      name,
      team,
      owner,
      classification,
      source,
      targets,
      decommissioned: line.decommissioned ?? row?.decommissioned ?? false,
    };
    at.services.set(slug, id);
    if (isSame(row, wanted)) continue;
    const version = await saveService(at.work.tx, wanted);
    const detail = { slug, name, team, owner, classification, source, decommissioned: wanted.decommissioned };
    at.entries.push({
      noun: "service",
      id,
      version,
      action: row === undefined ? "service.recorded" : "service.changed",
      detail,
    });
  }
}

export async function importRepositories(at: Importing, lines: readonly RepositoryLine[]): Promise<void> {
  at.refusals.push(...repeated(lines, ({ name }) => name));
  const before = new Map(at.before.repositories.map((row) => [row.name, row]));
  for (const line of lines) {
    const row = before.get(line.name);
    const service = line.service === null ? null : (at.services.get(line.service) ?? null);
    if (line.service !== null && service === null) {
      at.refusals.push(wrong(line, `there is no business service ${line.service}.`));
      continue;
    }
    const { name, ownerId, repositoryId, environments, subjectFormat } = line;
    const id = row?.id ?? at.work.newId();
    const wanted = {
      id,
      name,
      ownerId,
      repositoryId,
      service,
      environments,
      subjectFormat,
      archived: line.archived ?? row?.archived ?? false,
    };
    if (isSame(row, wanted)) continue;
    const version = await saveRepository(at.work.tx, wanted);
    const detail = { name, ownerId, repositoryId, service, subjectFormat, archived: wanted.archived };
    at.entries.push({
      noun: "repository",
      id,
      version,
      action: row === undefined ? "repository.recorded" : "repository.changed",
      detail,
    });
  }
}
