import { type SQL, sql } from "drizzle-orm";
import type { Queries } from "../client.ts";
import { anyActiveMember, isActive } from "./active-people.ts";

/** An identity whose charter says what has now happened to it, its repository, its business service or its owner. */
export interface ConditionMet extends Record<string, unknown> {
  readonly id: string;
  readonly condition: "unused" | "repository-archived" | "service-decommissioned" | "owner-gone";
  /** In words, as its request keeps it; asked for once for each. */
  readonly reason: string;
}

const archived = sql`
  select i.id, 'repository-archived' as condition, 'The repository ' || r.name || ' was archived.' as reason
  from charter.repositories r
  join charter.identities i on i.tenant = r.tenant and i.charter -> 'binding' ->> 'repositoryId' = r.repository_id
  where r.tenant = 'main' and r.archived and i.state in ('live', 'suspended')
    and i.charter -> 'retireWhen' @> '[{"kind": "repository-archived"}]'`;

const decommissioned = sql`
  select i.id, 'service-decommissioned', 'The business service ' || s.name || ' was decommissioned.'
  from charter.services s
  join charter.identities i on i.tenant = s.tenant and i.service = s.id
  where s.tenant = 'main' and s.decommissioned and i.state in ('live', 'suspended')
    and i.charter -> 'retireWhen' @> '[{"kind": "service-decommissioned"}]'`;

/** Only where every source that would have told of a use has been silent: without a signal `unused_since` is null. */
const unused = sql`
  select i.id, 'unused', 'Not used since ' || to_char(i.unused_since at time zone 'UTC', 'FMDD Mon YYYY')
    || ', as its target tells; its charter allows ' || (c ->> 'days') || ' days.'
  from charter.identities i cross join lateral jsonb_array_elements(i.charter -> 'retireWhen') c
  where i.tenant = 'main' and i.state = 'live' and i.unused_since is not null and c ->> 'kind' = 'unused'
    and i.use_known_until - i.unused_since >= make_interval(days => (c ->> 'days')::integer)`;

/** Nobody active owns it or stands behind it, for as long as a successor has to accept, and none is being asked. */
const ownerless = (graceDays: number): SQL => sql`
  select i.id, 'owner-gone', 'Its owner ' || gone.name || ' is no longer active, and nobody active stands behind.'
  from (
    select p.canonical, max(p.name) filter (where p.id = p.canonical) as name,
      (select max(e.at) from charter.audit_entries e
        where e.tenant = 'main' and e.noun = 'person' and e.aggregate = any (array_agg(p.id::text))
          and e.detail ->> 'active' = 'false') as since
    from charter.people p where p.tenant = 'main' group by p.canonical having bool_or(not p.active and p.id = p.canonical)) gone
  join charter.identities i on i.tenant = 'main' and i.owner = gone.canonical
  where i.state in ('live', 'suspended') and i.charter -> 'retireWhen' @> '[{"kind": "owner-gone"}]'
    and coalesce(gone.since, i.born_at) <= charter.clock() - make_interval(days => ${graceDays})
    and not ${isActive(sql`i.backup_person`)} and not ${anyActiveMember(sql`i.backup_team`)}
    and not exists (select 1 from charter.requests q join charter.request_states s on s.tenant = q.tenant and s.request = q.id
      where q.tenant = 'main' and q.identity = i.id and q.kind = 'transfer'
        and s.state in ('received', 'awaiting-approval', 'awaiting-acceptance', 'resubmit', 'approved', 'provisioning'))`;

/**
 * Identities that a condition of their charter retires and that no worker has asked to retire for it, at most `limit`. An owner
 * counts as gone `graceDays` after the directory said so.
 */
export const readConditionsMet = (
  db: Queries,
  { graceDays, limit }: { readonly graceDays: number; readonly limit: number },
) =>
  db.execute<ConditionMet>(sql`
    select met.* from (
      ${archived} union all ${decommissioned} union all ${unused} union all ${ownerless(graceDays)}) met
    where not exists (
      select 1 from charter.requests q join charter.request_versions v on v.tenant = q.tenant and v.request = q.id
      where q.tenant = 'main' and q.identity = met.id and q.kind = 'retire' and q.channel = 'charter_worker'
        and v.change ->> 'reason' = met.reason)
    order by met.id limit ${limit}`);
