import { sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { requestSight } from "./request-sight.ts";

/**
 * One text that differs whenever something a viewer sees of the 200 requests moved last has changed: state, steps, verdicts,
 * acceptances, comments, outcomes; of one's passkeys, for security everybody's; or of the last check of targets and vaults, for who
 * holds a role. Cheap enough to ask after every hint.
 */
export async function readMark(db: Queries, viewer: Viewer): Promise<string> {
  const [row] = await db.execute<{ mark: string | null; keys: string; checked: string | null; signed: string }>(sql`
    with seen as (
      select r.id, s.version from charter.requests r
      left join charter.request_states s on s.tenant = r.tenant and s.request = r.id
      left join lateral (select v.charter from charter.request_versions v
        where v.tenant = r.tenant and v.request = r.id order by v.version desc limit 1) v on true
      where r.tenant = 'main' and ${requestSight(viewer)}
      order by coalesce(s.since, r.received_at) desc limit 200)
    select md5(string_agg(concat_ws('.', seen.id, seen.version,
      (select count(*) from charter.request_versions x where x.tenant = 'main' and x.request = seen.id),
      (select count(*) from charter.verdicts x where x.tenant = 'main' and x.request = seen.id),
      (select count(*) from charter.acceptances x where x.tenant = 'main' and x.request = seen.id),
      (select count(*) from charter.comments x where x.tenant = 'main' and x.request = seen.id),
      (select sum(x.version + x.fence) from charter.intents i join charter.steps x on x.tenant = i.tenant and x.intent = i.id
        where i.tenant = 'main' and i.request = seen.id),
      (select i.version from charter.identities i where i.tenant = 'main' and i.id = seen.id)
    ), ',' order by seen.id)) as mark,
      (select concat_ws('.', count(*), sum(k.version)) from charter.passkeys k
        where k.tenant = 'main' and (k.person = ${viewer.id} or ${viewer.roles.includes("security")})) as keys,
      (select max(p.checked_at)::text from (select checked_at from charter.targets where tenant = 'main'
        union all select checked_at from charter.vaults where tenant = 'main') p where ${viewer.roles.length > 0}) as checked,
      (select count(*) from charter.asks a join charter.outcomes o on o.tenant = 'main' and o.claim = 'asks' and o.subject = a.id::text
        where a.tenant = 'main' and a.person = ${viewer.id} and a.assertion is not null
          and a.received_at > charter.clock() - interval '10 minutes') as signed
    from seen`);
  return [row?.mark, row?.keys, row?.checked, row?.signed].join(" ");
}
