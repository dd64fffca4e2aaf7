import { type SQL, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";

/** Ids of the requests whose verdict this viewer is asked for: a stage of theirs, neither asked for nor owned by them, and not given yet. */
export const waitsForVerdictOf = (viewer: Viewer): SQL =>
  viewer.roles.length === 0 ? nobodyWaits : waitsForRolesOf(viewer);

/** A stage asks a role: who has none is asked for no verdict, and no request is read for that. */
const nobodyWaits = sql`(select null::uuid as request where false)`;

const waitsForRolesOf = (viewer: Viewer): SQL => sql`(
  select w.request from charter.request_states w
  join charter.requests a on a.tenant = w.tenant and a.id = w.request
  join charter.request_versions c on c.tenant = w.tenant and c.request = w.request and c.version = w.request_version
  where w.tenant = 'main' and w.state = 'awaiting-approval'
    and a.requester is distinct from ${viewer.id} and c.charter ->> 'owner' is distinct from ${viewer.id}
    and exists (select 1 from jsonb_array_elements(w.stages) g where g ->> 'role' = any (${sql.param([...viewer.roles])}::text[]))
    and not exists (select 1 from charter.verdicts x
      where x.tenant = w.tenant and x.request = w.request and x.version = w.request_version and x.person = ${viewer.id}))`;
