import { and, eq, inArray, or, type SQL, sql } from "drizzle-orm";
import { seesEverything, type Viewer } from "#lib/domain/actor.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Queries } from "../client.ts";
import { requests } from "../schema/claims.ts";
import { identities } from "../schema/inventory.ts";
import { inOrder, type Sort } from "./keyset.ts";

/** By what a person without a role sees an identity: of own teams, or asked for, owned, backed up or ended by them. */
function relations(viewer: Viewer): readonly SQL[] {
  // An array made once, not a look into `requests` for every row: so each relation has its index.
  const asked = sql`${identities.id} = any (array(select ${requests.id} from ${requests}
    where ${requests.tenant} = 'main' and ${requests.requester} = ${viewer.id}))`;
  return [
    // Each team by itself, so that its index gives an order.
    ...viewer.teams.map((team) => eq(identities.team, team)),
    eq(identities.owner, viewer.id),
    eq(identities.backupPerson, viewer.id),
    inArray(identities.backupTeam, [...viewer.teams]),
    eq(identities.endsIt, viewer.id),
    asked,
  ];
}

/**
 * Identities a viewer may see: those of their relations; every one for security, operator and auditor. Undefined means no
 * restriction. A row outside it is *not found*, never *forbidden*.
 */
export const identitySight = (viewer: Viewer): SQL | undefined =>
  seesEverything(viewer) ? undefined : or(...relations(viewer));

/** Which identities are wanted: the first in an order, or any so many. */
export interface Wanted {
  readonly where: SQL | undefined;
  /** Whether `where` names them one by one. */
  readonly listed: boolean;
  readonly sort?: Sort;
  readonly limit: number;
}

/**
 * Ids of wanted identities in sight, as a subselect. Each relation is asked and cut by itself, by the index that suits it: an OR
 * of them has none that gives an order or ends a count. Ids and keys alone are read, so an index that holds them is enough.
 * What is named one by one is read once, and its sight with it.
 */
export function idsInSight(viewer: Viewer, { where, listed, sort, limit }: Wanted): SQL {
  const cut = sql`${sort ? sql`order by ${inOrder(sort)}` : sql``} limit ${limit}`;
  const found = inSight(viewer, { where, listed, columns: sql`${sort?.column ?? sql`true`} as key`, cut });
  const ordered = sort ? sql`order by ${inOrder({ ...sort, column: sql`one.key`, id: sql`one.id` })}` : sql``;
  return sql`(select one.id from ${found} one ${ordered} limit ${limit})`;
}

/** All identities in sight that fit, each once, as a subselect: `id` and, of its columns, those that are asked for; `cut` ends what each relation adds. */
export function inSight(
  viewer: Viewer,
  {
    where,
    listed,
    columns,
    cut = sql``,
  }: Omit<Wanted, "sort" | "limit"> & { readonly columns: SQL; readonly cut?: SQL },
): SQL {
  const once = listed || seesEverything(viewer);
  const found = (once ? [identitySight(viewer)] : relations(viewer)).map(
    (relation) => sql`(select ${identities.id} as id, ${columns} from ${identities}
      where ${and(eq(identities.tenant, "main"), relation, where)} ${cut})`,
  );
  return sql`(${sql.join(found, sql` union `)})`;
}

/** Whether a viewer sees this identity; false also for one that does not exist. */
export const isIdentityInSight = async (db: Queries, viewer: Viewer, id: string): Promise<boolean> =>
  (await readIdentityInSight(db, viewer, id)) !== null;

/** An identity by id; null where the viewer may not see it, which is told as *not found*. */
export async function readIdentityInSight(db: Queries, viewer: Viewer, id: string) {
  if (!isUuid(id)) return null;
  const [row] = await db
    .select()
    .from(identities)
    .where(and(eq(identities.tenant, "main"), eq(identities.id, id), identitySight(viewer)));
  return row ?? null;
}
