import { type SQL, sql } from "drizzle-orm";
import type { RecordFinding } from "#lib/domain/finding.ts";
import { anyActiveMember, gonePeople } from "./active-people.ts";

/** What the conditions are measured by: the business clock, policy's figures, and the kinds of target that take a workload's own token. */
export interface FindingMeasures {
  readonly at: Date;
  readonly expiringDays: number;
  readonly exceptionDays: number;
  readonly federating: readonly string[];
}

/** Which identities `i` have a finding: what is joined to them, what must hold, and the evidence, whose names the sentence uses. */
export interface FindingCondition {
  readonly from: SQL;
  readonly where: SQL;
  readonly evidence: SQL;
}

const enabled = sql`i.state in ('live', 'suspended')`;
const gone = sql`array(${gonePeople})`;
const ownerGone = sql`i.owner = any (${gone})`;
const backupStands = sql`case when i.backup_person is not null then not i.backup_person = any (${gone})
  else ${anyActiveMember(sql`i.backup_team`)} end`;
const ownerAndBackup = sql`jsonb_build_object(
  'owner', coalesce((select p.name from charter.people p where p.tenant = 'main' and p.id = i.owner), 'somebody unknown'),
  'backup', coalesce((select p.name from charter.people p where p.tenant = 'main' and p.id = i.backup_person),
    (select t.name from charter.teams t where t.tenant = 'main' and t.id = i.backup_team), 'nobody'))`;

/** The one date form of screens: 3 Dec 2026. */
const day = (column: SQL) => sql`to_char(${column} at time zone 'UTC', 'FMDD Mon YYYY')`;
const none = sql``;

/** Only where a source would have told of any use: without one there is no `stale_since`. */
const idle = sql`i.state = 'live' and i.stale_since is not null`;
const neverUsed = sql`(i.use_answer = 'not-used' and i.first_use_at is null)`;
const silence = sql`jsonb_build_object('unusedOn', ${day(sql`i.unused_since`)}, 'staleOn', ${day(sql`i.stale_since`)},
  'unusedSince', i.unused_since, 'staleSince', i.stale_since, 'lastUsedOn', ${day(sql`i.last_used_at`)})`;

/** Newest secret in force of each identity. */
const newestSecret = sql`join (select c.identity, max(c.issued_at) as issued_at from charter.credentials c
  where c.tenant = 'main' and c.state = 'active' group by c.identity) secret on secret.identity = i.id`;
const rotateEvery = sql`(i.charter -> 'rotation' ->> 'everyDays')::int`;

const instant = (at: Date) => sql`${at.toISOString()}::timestamptz`;
const ends = sql`jsonb_build_object('endsOn', ${day(sql`i.ends_at`)}, 'endsAt', i.ends_at)`;

/** Each kind's condition. Those that rest on a date hold from that very instant on. */
export const conditions: { readonly [K in RecordFinding]: (measures: FindingMeasures) => FindingCondition } = {
  unowned: () => ({
    from: none,
    where: sql`${enabled} and ${ownerGone} and not (${backupStands})`,
    evidence: ownerAndBackup,
  }),
  "owner-inactive": () => ({
    from: none,
    where: sql`${enabled} and ${ownerGone} and (${backupStands})`,
    evidence: ownerAndBackup,
  }),
  stale: () => ({ from: none, where: sql`${idle} and not ${neverUsed}`, evidence: silence }),
  "never-used": () => ({ from: none, where: sql`${idle} and ${neverUsed}`, evidence: silence }),
  expiring: ({ at, expiringDays }) => ({
    from: none,
    where: sql`${enabled} and i.ends_at > ${instant(at)} and i.ends_at <= ${instant(at)} + make_interval(days => ${expiringDays})`,
    evidence: ends,
  }),
  // One whose retirement does not get as far as disabling it is the worst of them.
  expired: ({ at }) => ({
    from: none,
    where: sql`(${enabled} or (i.state = 'retiring' and i.remove_at is null)) and i.ends_at <= ${instant(at)}`,
    evidence: ends,
  }),
  unrotated: ({ at }) => ({
    from: newestSecret,
    where: sql`${enabled} and i.credential = 'static' and secret.issued_at + make_interval(days => ${rotateEvery}) <= ${instant(at)}`,
    evidence: sql`jsonb_build_object('issuedOn', ${day(sql`secret.issued_at`)}, 'issuedAt', secret.issued_at, 'days', ${rotateEvery})`,
  }),
  "static-avoidable": ({ at, federating }) => ({
    from: none,
    where: sql`${enabled} and i.credential = 'static' and i.connector = any (${sql.param([...federating])}::text[])
      and not exists (select 1 from charter.exceptions e
        where e.tenant = 'main' and e.identity = i.id and e.closed_at is null and e.ends_at > ${instant(at)})`,
    evidence: sql`jsonb_build_object('target', i.target)`,
  }),
  unattested: () => ({
    from: sql`join charter.questions q on q.tenant = i.tenant and q.identity = i.id`,
    where: sql`${enabled} and q.stage = 'overdue'`,
    evidence: sql`jsonb_build_object('dueOn', ${day(sql`q.due_at`)}, 'dueAt', q.due_at)`,
  }),
  "exception-ending": ({ at, exceptionDays }) => ({
    from: sql`join charter.exceptions e on e.tenant = i.tenant and e.identity = i.id and e.closed_at is null`,
    where: sql`${enabled} and e.ends_at <= ${instant(at)} + make_interval(days => ${exceptionDays})`,
    evidence: sql`jsonb_build_object('endsOn', ${day(sql`e.ends_at`)}, 'endsAt', e.ends_at, 'reason', e.reason)`,
  }),
};
