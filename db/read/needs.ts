import { sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Stage } from "#lib/domain/attestation.ts";
import type { Environment } from "#lib/domain/charter.ts";
import type { Queries } from "../client.ts";
import { questionCount } from "./attestation-sight.ts";
import { readAskedLines } from "./attestations.ts";
import { waitsForVerdictOf } from "./waits-for.ts";

/** Why something needs this person: a verdict, ownership offered, more access for what they own, a request of theirs, or a question about an identity. */
export type NeedKind = "approve" | "accept" | "accept-more" | "resubmit" | "less" | "asked" | "attest";

export interface Need {
  /** Of the request; of the identity where its question is asked. */
  readonly id: string;
  readonly kind: NeedKind;
  readonly name: string;
  readonly environment: Environment;
  /** What weighs most in its risk, in words, heaviest first; [] for a question. */
  readonly hints: readonly string[];
  /** ISO; null where nothing runs out. */
  readonly deadline: string | null;
  /** Where its question stands; null for a request. */
  readonly stage: Stage | null;
}

export interface Needs {
  /** Soonest deadline first, at most 20. */
  readonly rows: readonly Need[];
  /** All of each kind that has a page of its own. */
  readonly approvals: number;
  readonly questions: number;
  /** Own requests and ownership that wait for this person. */
  readonly others: number;
}

const cap = 20;

export type NeedCounts = Pick<Needs, "approvals" | "questions">;

/** Everything that waits for this viewer. */
export async function readNeeds(db: Queries, viewer: Viewer, counted?: Promise<NeedCounts>): Promise<Needs> {
  const [{ requests, others }, questions, counts] = await Promise.all([
    readRequestNeeds(db, viewer),
    readAskedLines(db, viewer, cap),
    counted ?? countNeeds(db, viewer),
  ]);
  const asked = questions.map(
    ({ identity, name, environment, stage, dueAt }): Need => ({
      ...{ id: identity, kind: "attest", name, environment, hints: [], deadline: dueAt, stage },
    }),
  );
  return {
    rows: [...requests, ...asked].sort(byUrgency).slice(0, cap),
    approvals: counts.approvals,
    questions: counts.questions,
    others,
  };
}

async function countNeeds(db: Queries, viewer: Viewer): Promise<NeedCounts> {
  const [row] = await db.execute<{ approvals: number; questions: number }>(sql`
    select (select count(*)::int from ${waitsForVerdictOf(viewer)} waiting) as approvals, ${questionCount(viewer)} as questions`);
  return { approvals: row?.approvals ?? 0, questions: row?.questions ?? 0 };
}

/** Soonest first; what runs out at no time last. */
const byUrgency = (a: Need, b: Need): number =>
  (a.deadline === null ? Number.POSITIVE_INFINITY : Date.parse(a.deadline)) -
    (b.deadline === null ? Number.POSITIVE_INFINITY : Date.parse(b.deadline)) || a.name.localeCompare(b.name);

const acceptance = sql.raw("case when r.kind = 'change-access' then 'accept-more' else 'accept' end");

/**
 * Verdicts this viewer may give, ownership they are asked to accept, own requests to submit again, and open ones of theirs whose
 * newest remark is somebody else's: with a narrower plan, or a question.
 */
async function readRequestNeeds(
  db: Queries,
  viewer: Viewer,
): Promise<{ readonly requests: readonly Need[]; readonly others: number }> {
  const rows = await db.execute<{ row: Omit<Need, "stage">; others: number }>(sql`
    with mine as (
      select s.request, case
          when s.state = 'resubmit' then 'resubmit'
          when s.state = 'awaiting-acceptance' and s.accepter = ${viewer.id}::uuid then ${acceptance}
          else (select case when c.proposal is null then 'asked' else 'less' end from charter.comments c
            where c.tenant = s.tenant and c.request = s.request and c.version = s.request_version
              and not exists (select 1 from charter.comments n where n.tenant = c.tenant and n.request = c.request and n.received_at > c.received_at)
              and c.person <> ${viewer.id}::uuid limit 1) end as kind
      from charter.requests r join charter.request_states s on s.tenant = r.tenant and s.request = r.id
      where r.tenant = 'main' and r.requester = ${viewer.id}::uuid and s.state in ('resubmit', 'awaiting-approval', 'awaiting-acceptance')
      union
      select s.request, ${acceptance} from charter.request_states s join charter.requests r on r.tenant = s.tenant and r.id = s.request
      where s.tenant = 'main' and s.state = 'awaiting-acceptance' and s.accepter = ${viewer.id}::uuid
      union
      select w.request, 'approve' from ${waitsForVerdictOf(viewer)} w)
    select jsonb_build_object('id', m.request, 'kind', m.kind, 'name', v.charter ->> 'name', 'environment', v.charter ->> 'environment',
      'deadline', to_char(s.deadline at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'hints', coalesce((select jsonb_agg(p.label order by p.points desc) from (
          select p ->> 'label' as label, (p ->> 'points')::int as points from jsonb_array_elements(s.risk_parts) p
          where p ->> 'label' <> v.charter ->> 'environment'
          order by (p ->> 'points')::int desc limit 2) p), '[]')) as row,
      (count(*) filter (where m.kind <> 'approve') over ())::int as others
    from mine m join charter.request_states s on s.tenant = 'main' and s.request = m.request
    join charter.request_versions v on v.tenant = s.tenant and v.request = s.request and v.version = s.request_version
    where m.kind is not null order by s.deadline nulls last, s.risk desc, m.request limit ${2 * cap}`);
  return { requests: rows.map(({ row }) => ({ ...row, stage: null })), others: rows[0]?.others ?? 0 };
}
