import { sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";

/** What the five minutes go through, as the rows and their audit entries stand now. */
export interface TourFacts {
  /** The newest request that policy saw a way to more power in. */
  readonly request: {
    readonly id: string;
    readonly name: string;
    readonly version: number;
    readonly planDigest: string;
    readonly requester: string;
    readonly requesterSubject: string;
    readonly askedForLess: boolean;
    readonly takenOver: boolean;
    /** Its requester tried to approve it and was refused. */
    readonly ownRefused: boolean;
    readonly approvals: number;
    readonly live: boolean;
  };
  /** A step that one worker had left was done by another. */
  readonly resumed: boolean;
  /** An unused credential whose owner has left; null when there is none any more and never was. */
  readonly leaver: {
    readonly id: string;
    readonly name: string;
    readonly owner: string;
    readonly asked: boolean;
  } | null;
  /** Days that the installation's clock is ahead. */
  readonly daysAhead: number;
}

interface Row extends Record<string, unknown>, Omit<TourFacts["request"], "planDigest" | "requesterSubject"> {
  readonly plan_digest: string;
  readonly subject: string;
  readonly resumed: boolean;
  readonly ahead: number;
}

/** Null where no request ever had such a way. The same for everyone: asked only where everyone is an example. */
export async function readTour(db: Queries): Promise<TourFacts | null> {
  const [row] = await db.execute<Row>(sql`
    select r.id, v.charter ->> 'name' as name, s.request_version as version, coalesce(s.plan_digest, v.plan_digest) as plan_digest, p.name as requester, p.subject,
      exists (select 1 from charter.comments c where c.tenant = r.tenant and c.request = r.id and c.proposal is not null) as "askedForLess",
      s.request_version > 1 as "takenOver",
      exists (select 1 from charter.audit_entries e where e.tenant = 'main' and e.action = 'attempt.denied' and e.actor = r.requester::text
        and e.detail ->> 'attempted' = 'verdict.approve ' || r.id) as "ownRefused",
      (select count(distinct x.person)::int from charter.verdicts x where x.tenant = r.tenant and x.request = r.id and x.version = s.request_version and x.verdict = 'approve') as approvals,
      s.state = 'live' as live,
      exists (select 1 from charter.audit_entries l join charter.audit_entries d on d.tenant = l.tenant and d.noun = 'step' and d.aggregate = l.aggregate and d.seq > l.seq
        where l.tenant = 'main' and l.action = 'step.left' and d.action = 'step.done') as resumed,
      (select extract(epoch from o.ahead)::float8 / 86400 from charter.clock_offset o where o.tenant = 'main') as ahead
    from charter.requests r
    join charter.people p on p.tenant = r.tenant and p.id = r.requester
    join charter.request_states s on s.tenant = r.tenant and s.request = r.id
    join charter.request_versions v on v.tenant = r.tenant and v.request = r.id and v.version = s.request_version
    where r.tenant = 'main' and r.kind = 'provision' and exists (select 1 from charter.decisions d where d.tenant = r.tenant and d.request = r.id
      and (d.input -> 'reach' ->> 'escalations')::int > 0)
    order by r.received_at desc limit 1`);
  if (!row) return null;
  const { plan_digest: planDigest, subject: requesterSubject, resumed, ahead, ...request } = row;
  return {
    request: { ...request, planDigest, requesterSubject },
    resumed,
    leaver: await readLeaver(db),
    daysAhead: ahead,
  };
}

async function readLeaver(db: Queries): Promise<TourFacts["leaver"]> {
  const [row] = await db.execute<{ id: string; name: string; owner: string; asked: boolean }>(sql`
    select i.id, i.name, p.name as owner,
      exists (select 1 from charter.requests r where r.tenant = i.tenant and r.identity = i.id and r.channel = 'charter_web'
        and r.kind in ('transfer', 'suspend', 'retire') and r.received_at > f.opened_at) as asked
    from charter.findings f
    join charter.identities i on i.tenant = f.tenant and i.id = f.identity
    join charter.people p on p.tenant = i.tenant and p.id = i.owner
    where f.tenant = 'main' and f.kind in ('owner-inactive', 'unowned') and i.credential = 'static'
      and (f.closed_at is null or exists (select 1 from charter.requests r where r.tenant = i.tenant and r.identity = i.id
        and r.channel = 'charter_web' and r.received_at > f.opened_at))
      and exists (select 1 from charter.findings u where u.tenant = f.tenant and u.identity = f.identity and u.kind in ('stale', 'never-used'))
    order by f.closed_at nulls first, f.opened_at desc, f.kind, i.name limit 1`);
  return row ?? null;
}
