import { type SQL, sql } from "drizzle-orm";
import { seesEverything, type Viewer } from "#lib/domain/actor.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Queries } from "../client.ts";
import { type RequestRow, readRequest, readState, type StateRow } from "../store/requests.ts";

/**
 * Which requests a viewer sees, as a condition on the aliases `r` (requests) and `v` (its newest version): every one
 * with a role; else those of own teams and those they asked for, own, back up or end.
 */
export function requestSight(viewer: Viewer): SQL {
  if (seesEverything(viewer)) return sql`true`;
  const teams = sql`${sql.param([...viewer.teams])}::text[]`;
  return sql`(r.requester = ${viewer.id}
    or v.charter ->> 'team' = any (${teams})
    or v.charter ->> 'owner' = ${viewer.id}
    or v.charter ->> 'endsIt' = ${viewer.id}
    or v.charter -> 'backup' ->> 'person' = ${viewer.id}
    or v.charter -> 'backup' ->> 'team' = any (${teams}))`;
}

/** As `requestSight`, for lists: what may be in sight is found by index first, by any version, and then judged by its newest. */
export function requestsInSight(viewer: Viewer): SQL {
  if (seesEverything(viewer)) return sql`true`;
  const teams = sql`${sql.param([...viewer.teams])}::text[]`;
  const named = (condition: SQL) =>
    sql`select c.request from charter.request_versions c where c.tenant = 'main' and ${condition}`;
  return sql`(r.id in (
    select o.id from charter.requests o where o.tenant = 'main' and o.requester = ${viewer.id}
    union all ${named(sql`c.charter ->> 'team' = any (${teams})`)}
    union all ${named(sql`c.charter ->> 'owner' = ${viewer.id}`)}
    union all ${named(sql`c.charter ->> 'endsIt' = ${viewer.id}`)}
    union all ${named(sql`c.charter -> 'backup' ->> 'person' = ${viewer.id}`)}
    union all ${named(sql`c.charter -> 'backup' ->> 'team' = any (${teams})`)}) and ${requestSight(viewer)})`;
}

/** Whether a viewer sees this request; false also for one that does not exist. */
export async function isRequestInSight(db: Queries, viewer: Viewer, id: string): Promise<boolean> {
  if (!isUuid(id)) return false;
  const rows = await db.execute(sql`
    select 1 from charter.requests r
    join lateral (select charter from charter.request_versions v where v.tenant = r.tenant and v.request = r.id
      order by v.version desc limit 1) v on true
    where r.tenant = 'main' and r.id = ${id}::uuid and ${requestSight(viewer)}`);
  return rows.length > 0;
}

/** A request with its state as the worker left it; null where the viewer may not see it, which is told as *not found*. */
export async function readRequestInSight(
  db: Queries,
  viewer: Viewer,
  id: string,
): Promise<{ readonly request: RequestRow; readonly state: StateRow | null } | null> {
  if (!(await isRequestInSight(db, viewer, id))) return null;
  const request = await readRequest(db, id);
  return request === null ? null : { request, state: await readState(db, id) };
}
