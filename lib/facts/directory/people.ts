import { saveMember } from "#db/store/directory.ts";
import { insertPeople, updatePerson } from "#db/store/people.ts";
import { type Importing, isSame } from "./importing.ts";
import { type MemberLine, type PersonLine, repeated, wrong } from "./rows.ts";

/** Matches people by subject, else by e-mail address; adds, changes, deactivates. Nobody is ever deleted. */
export async function importPeople(at: Importing, lines: readonly PersonLine[]): Promise<void> {
  at.refusals.push(...repeated(lines, ({ email }) => email.toLowerCase()));
  const own = at.before.people.filter(({ issuer }) => issuer === at.issuer);
  const bySubject = new Map(own.map((row) => [row.subject, row]));
  const byEmail = new Map(own.map((row) => [row.email.toLowerCase(), row]));
  for (const line of lines) {
    const { subject, email } = line;
    const row = (subject === null ? undefined : bySubject.get(subject)) ?? byEmail.get(email.toLowerCase());
    if (row !== undefined && subject !== null && row.subject !== null && row.subject !== subject) {
      at.refusals.push(wrong(line, `${email} is another subject's address already.`));
      continue;
    }
    await savePerson(at, { ...line, subject: subject ?? row?.subject ?? null }, row);
    if (row === undefined) continue;
    at.people.set(email.toLowerCase(), row.canonical);
  }
}

type Row = Importing["before"]["people"][number];

async function savePerson(
  at: Importing,
  { subject, email, name, active }: PersonLine,
  row: Row | undefined,
): Promise<void> {
  const wanted = { subject, email, name, active };
  if (
    row !== undefined &&
    isSame({ subject: row.subject, email: row.email, name: row.name, active: row.active }, wanted)
  )
    return;
  const id = row?.id ?? at.work.newId();
  if (row === undefined) {
    await insertPeople(at.work.tx, [{ ...wanted, id, canonical: id, issuer: at.issuer }]);
    at.people.set(email.toLowerCase(), id);
  }
  const version = row === undefined ? 1 : await updatePerson(at.work.tx, id, wanted);
  const verb = row === undefined ? "recorded" : active || !row.active ? "changed" : "deactivated";
  at.entries.push({ noun: "person", id, version, action: `person.${verb}`, detail: { ...wanted, from: "directory" } });
}

/** Members as the file has them; a team that the file names loses those it does not. */
export async function importMembers(at: Importing, lines: readonly MemberLine[]): Promise<void> {
  const wanted = new Map<string, { team: string; person: string; member: boolean }>();
  for (const line of lines) {
    const team = at.teams.get(line.team);
    const person = at.people.get(line.email.toLowerCase());
    if (team === undefined) at.refusals.push(wrong(line, `there is no team ${line.team}.`));
    if (person === undefined) at.refusals.push(wrong(line, `there is nobody with the address ${line.email}.`));
    if (team !== undefined && person !== undefined) wanted.set(`${team}/${person}`, { team, person, member: true });
  }
  const named = new Set([...wanted.values()].map(({ team }) => team));
  const before = new Map(at.before.members.map((row) => [`${row.team}/${row.person}`, row]));
  const gone = at.before.members.filter(
    ({ team, person, member }) => member && named.has(team) && !wanted.has(`${team}/${person}`),
  );
  for (const { team, person } of gone) wanted.set(`${team}/${person}`, { team, person, member: false });
  for (const [key, row] of wanted) {
    if (before.get(key)?.member === row.member) continue;
    const version = await saveMember(at.work.tx, row);
    const action = row.member ? "team-member.joined" : "team-member.left";
    at.entries.push({ noun: "team-member", id: key, version, action, detail: row });
  }
}
