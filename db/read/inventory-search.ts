import { type SQL, sql } from "drizzle-orm";
import type { Queries } from "../client.ts";

/** How many candidates one field may contribute: what keeps a common word fast at a million rows. */
const perField = 500;

/** Ids of identities that a word may mean, looked up once for page and count, and whether there are more than are looked through. */
export interface Matches {
  readonly ids: readonly string[];
  readonly cut: boolean;
}

/**
 * A union of candidates per field, each capped: name by trigram, object name and external id by prefix, owners by name, and
 * the purpose's words. One concatenated text took 220–800 ms at a million rows; this takes 6–85 ms.
 */
export async function matching(db: Queries, typed: string): Promise<Matches> {
  const text = typed.slice(0, 100);
  const like = `%${text.replace(/[\\%_]/g, (found) => `\\${found}`)}%`;
  const prefix = like.slice(1);
  const union = sql`
    (select id from charter.identities where tenant = 'main' and name like ${like.toLowerCase()} limit ${perField + 1})
    union (select id from charter.identities where tenant = 'main' and object_name like ${prefix} limit ${perField + 1})
    union (select id from charter.identities where tenant = 'main' and external_id like ${prefix} limit ${perField + 1})
    union (select i.id from charter.people p join charter.identities i on i.tenant = p.tenant and i.owner = p.canonical
      where p.tenant = 'main' and p.name ilike ${like} limit ${perField + 1})
    union (select id from charter.identities where tenant = 'main'
      and to_tsvector('simple', purpose) @@ plainto_tsquery('simple', ${text}) and ${mayHold(text)} limit ${perField + 1})`;
  const found = await db.execute<{ id: string }>(sql`select id from (${union}) found`);
  return { ids: found.map(({ id }) => id), cut: found.length > perField };
}

/**
 * Of a common word the rows themselves are read, and splitting each into words is what takes time there: those that cannot hold it are
 * passed over first. Written so that the planner takes it to hold of nearly all, since it must not make the word look rare.
 */
const mayHold = (text: string): SQL => sql`nullif(purpose ilike all (array(
  select '%' || regexp_replace(word, '([\\\\%_])', '\\\\\\1', 'g') || '%' from unnest(tsvector_to_array(to_tsvector('simple', ${text}))) word)), false) is not null`;
