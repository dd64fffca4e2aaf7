import { type SQL, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import { isActive } from "../store/active-people.ts";

const ownerActive = isActive(sql`i.owner`);

/**
 * Questions `q` of identities `i` that are asked of this person now and that they have not answered: `standingOf`
 * (lib/domain/attestation.ts) in SQL. An answer counts from the click until a worker refuses it. What this person could be
 * asked about is looked up first: it is little beside all that is asked.
 */
export const askedOf = (viewer: Viewer): SQL => sql`
  q.tenant = 'main' and q.identity = any (array(
    select mine.id from charter.identities mine where mine.tenant = 'main' and mine.owner = ${viewer.id}::uuid
    union select mine.id from charter.identities mine where mine.tenant = 'main' and mine.backup_person = ${viewer.id}::uuid
    union select mine.id from charter.identities mine where mine.tenant = 'main'
      and mine.backup_team = any (${sql.param([...viewer.teams])}::uuid[])))
  and q.stage <> 'waiting' and i.state in ('live', 'suspended')
  and (i.owner = ${viewer.id}::uuid
    or ((q.stage in ('backup-asked', 'overdue') or not ${ownerActive})
      and (i.backup_person = ${viewer.id}::uuid or i.backup_team = any (${sql.param([...viewer.teams])}::uuid[]))))
  and not exists (select 1 from charter.answers a
    left join charter.outcomes o on o.tenant = a.tenant and o.claim = 'answers' and o.subject = a.id::text
    where a.tenant = q.tenant and a.identity = q.identity and a.round = q.round and a.person = ${viewer.id}::uuid
      and coalesce(o.result, 'taken') = 'taken')`;

/** How many questions are asked of this person now. */
export const questionCount = (viewer: Viewer): SQL<number> => sql<number>`(
  select count(*)::int from charter.questions q join charter.identities i on i.tenant = q.tenant and i.id = q.identity
  where ${askedOf(viewer)})`;
