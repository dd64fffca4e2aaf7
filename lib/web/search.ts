import { type FoundRow, findByName } from "#db/read/find.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { database } from "./database.ts";

export interface Hit {
  readonly href: string;
  readonly title: string;
  readonly detail: string;
}

/** First matches by name among what the viewer sees, for the palette. Fewer than two characters find nothing. */
export async function find(viewer: Viewer, wanted: string | null): Promise<readonly Hit[]> {
  const text = wanted?.trim().slice(0, 60) ?? "";
  return text.length < 2 ? [] : (await findByName(database().db, viewer, text)).map(hitOf);
}

const hitOf = (row: FoundRow): Hit => ({
  href: row.kind === "identity" ? `/identities/${row.id}` : `/requests/${row.id}`,
  title: row.name,
  detail:
    row.kind === "identity" ? `identity · ${row.target} · ${row.state}` : `request · ${row.target} · ${row.state}`,
});
