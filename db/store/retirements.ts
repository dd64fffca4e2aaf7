import { sql } from "drizzle-orm";
import type { Queries } from "../client.ts";

/** An identity whose charter says what has now happened to its repository or business service. */
export interface ConditionMet extends Record<string, unknown> {
  readonly id: string;
  readonly condition: "repository-archived" | "service-decommissioned";
  /** In words, as its request keeps it. */
  readonly reason: string;
}

/** Identities that a condition of their charter retires and that no worker has asked to retire for it, at most `limit`. */
export const readConditionsMet = (db: Queries, limit: number) =>
  db.execute<ConditionMet>(sql`
    select met.* from (
      select i.id, 'repository-archived' as condition, 'The repository ' || r.name || ' was archived.' as reason
      from charter.repositories r
      join charter.identities i on i.tenant = r.tenant and i.charter -> 'binding' ->> 'repository' = r.name
      where r.tenant = 'main' and r.archived and i.state in ('live', 'suspended')
        and i.charter -> 'retireWhen' @> '[{"kind": "repository-archived"}]'
      union all
      select i.id, 'service-decommissioned', 'The business service ' || s.name || ' was decommissioned.'
      from charter.services s
      join charter.identities i on i.tenant = s.tenant and i.service = s.id
      where s.tenant = 'main' and s.decommissioned and i.state in ('live', 'suspended')
        and i.charter -> 'retireWhen' @> '[{"kind": "service-decommissioned"}]') met
    where not exists (
      select 1 from charter.requests q join charter.request_versions v on v.tenant = q.tenant and v.request = q.id
      where q.tenant = 'main' and q.identity = met.id and q.kind = 'retire' and q.channel = 'charter_worker'
        and v.change ->> 'reason' = met.reason)
    order by met.id limit ${limit}`);
