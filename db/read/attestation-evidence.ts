import { sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";
import type { Evidence } from "#lib/domain/attestation-evidence.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Reach } from "#lib/domain/reach.ts";

/** What the database knows for one card. */
export type EvidenceRow = Omit<Evidence, "reach" | "last"> & {
  readonly reach: Reach;
  /** The last attestation's own words and the evidence it sealed. */
  readonly last: (Omit<NonNullable<Evidence["last"]>, "changed"> & { readonly shown: JsonObject }) | null;
};

/**
 * The evidence of these identities, one query, run by either role: the web to draw a card, the worker to see whether the card
 * was right. Ask only for identities in sight. Lists are sorted, so that the same facts are the same evidence.
 */
export async function readEvidenceRows(db: Queries, identities: readonly string[]): Promise<readonly EvidenceRow[]> {
  if (identities.length === 0) return [];
  const rows = await db.execute<{ row: EvidenceRow }>(sql`
    select jsonb_build_object(
      'identity', i.id, 'name', i.name, 'objectName', i.object_name, 'environment', i.environment, 'target', t.title, 'state', i.state,
      'purpose', i.purpose, 'service', coalesce(s.name, ''), 'team', coalesce(team.name, ''), 'owner', coalesce(owner.name, ''),
      'backup', coalesce(backup.name, backup_team.name, ''), 'classification', i.classification, 'credential', i.credential,
      'reach', i.reach, 'endsOn', ${day(sql`i.ends_at`)},
      'use', jsonb_build_object('answer', i.use_answer, 'lastUsedOn', ${day(sql`i.last_used_at`)}, 'unusedSince', ${day(sql`i.unused_since`)},
        'looksUnused', i.stale_since is not null, 'sources', (
          select coalesce(jsonb_agg(u order by u ->> 'source', u ->> 'lagMinutes'), '[]') from (
            select distinct jsonb_build_object('source', u.source, 'lagMinutes', u.lag_minutes) as u
            from charter.uses u where u.tenant = i.tenant and u.identity = i.id) u)),
      'findings', (
        select coalesce(jsonb_agg(jsonb_build_object('kind', f.kind, 'sentence', f.sentence) order by f.kind, f.sentence), '[]')
        from charter.findings f where f.tenant = i.tenant and f.identity = i.id and f.closed_at is null and f.kind <> 'unattested'),
      'differences', i.differences,
      'last', (
        select jsonb_build_object('answer', a.answer, 'on', ${day(sql`a.answered_at`)}, 'by', coalesce(p.name, ''), 'reason', a.reason,
          'shown', a.statement -> 'shown')
        from charter.questions q join charter.attestations a on a.tenant = q.tenant and a.id = q.last_attestation
        left join charter.people p on p.tenant = a.tenant and p.id = a.person
        where q.tenant = i.tenant and q.identity = i.id)) as row
    from charter.identities i
    left join charter.targets t on t.tenant = i.tenant and t.name = i.target
    left join charter.services s on s.tenant = i.tenant and s.id = i.service
    left join charter.teams team on team.tenant = i.tenant and team.id = i.team
    left join charter.people owner on owner.tenant = i.tenant and owner.id = i.owner
    left join charter.people backup on backup.tenant = i.tenant and backup.id = i.backup_person
    left join charter.teams backup_team on backup_team.tenant = i.tenant and backup_team.id = i.backup_team
    where i.tenant = 'main' and i.id = any (${sql.param([...identities])}::uuid[])`);
  return rows.map(({ row }) => row);
}

/** An instant's day in UTC, as text. */
const day = (at: ReturnType<typeof sql>) => sql`to_char(${at} at time zone 'UTC', 'YYYY-MM-DD')`;
