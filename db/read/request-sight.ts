import { type SQL, sql } from "drizzle-orm";
import { seesEverything, type Viewer } from "#lib/domain/actor.ts";

/**
 * Which requests a viewer sees (CORE 5), as a condition on the aliases `r` (requests) and `v` (its newest version): every one
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
