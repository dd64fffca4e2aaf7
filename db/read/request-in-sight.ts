import { sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Queries } from "../client.ts";
import { type RequestRow, readRequest, readState, type StateRow } from "../store/requests.ts";
import { requestSight } from "./request-sight.ts";

/** A request with its state as the worker left it; null where the viewer may not see it, which is told as *not found*. */
export async function readRequestInSight(
  db: Queries,
  viewer: Viewer,
  id: string,
): Promise<{ readonly request: RequestRow; readonly state: StateRow | null } | null> {
  const [seen] = await db.execute<{ id: string }>(sql`
    select r.id from charter.requests r
    join lateral (select charter from charter.request_versions v where v.tenant = r.tenant and v.request = r.id
      order by v.version desc limit 1) v on true
    where r.tenant = 'main' and r.id = ${id}::uuid and ${requestSight(viewer)}`);
  if (seen === undefined) return null;
  const request = await readRequest(db, id);
  return request === null ? null : { request, state: await readState(db, id) };
}
