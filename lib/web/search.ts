import { z } from "zod";
import { type FoundPerson, type FoundRow, findByName, findPeople } from "#db/read/find.ts";
import { type PersonChoice, readPeopleChoices } from "#db/read/people.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { sayState } from "#lib/domain/request.ts";
import { database } from "./database.ts";
import { verbsOn } from "./identity-page.ts";

export interface Hit {
  readonly href: string;
  readonly title: string;
  readonly detail: string;
}

/** First matches by name among what the viewer sees, for the palette. Fewer than two characters find nothing. */
export async function find(viewer: Viewer, wanted: string | null): Promise<readonly Hit[]> {
  const text = wanted?.trim().slice(0, 60) ?? "";
  if (text.length < 2) return [];
  const { db } = database();
  const [rows, people] = await Promise.all([findByName(db, viewer, text), findPeople(db, text)]);
  return [...rows.map(hitOf), ...people.map(personHit)];
}

const hitOf = (row: FoundRow): Hit => ({
  href: row.kind === "identity" ? `/identities/${row.id}` : `/requests/${row.id}`,
  title: row.name,
  detail: `${row.kind} · ${row.target} · ${row.kind === "request" ? sayState(row.state) : row.state}`,
});
/** A person leads to what they own, within the viewer's sight. */
const personHit = ({ id, name, email }: FoundPerson): Hit => ({
  href: `/identities?owner=${id}`,
  title: name,
  detail: `person · ${email} · what they own`,
});

/** What the viewer may ask of the identity that they look at, each as the address that opens its dialog. */
export async function commandsOn(viewer: Viewer, identity: string | null): Promise<readonly Hit[]> {
  if (!z.uuid().safeParse(identity).success || identity === null) return [];
  const on = await verbsOn(database().db, viewer, identity);
  return (on?.verbs ?? []).map((verb) => ({
    href: `/identities/${identity}?ask=${verb}`,
    title: `${verb[0]?.toUpperCase()}${verb.slice(1).replaceAll("-", " ")} ${on?.name}`,
    detail: "command",
  }));
}

/** Active people to choose from: the directory, which everyone signed in may see. */
export const people = (): Promise<readonly PersonChoice[]> => readPeopleChoices(database().db);
