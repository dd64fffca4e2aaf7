import { sql } from "drizzle-orm";
import type { Queries } from "#db/client.ts";
import type { Environment } from "#lib/domain/charter.ts";
import type { IdentityState } from "#lib/domain/identity.ts";
import type { UseAnswer } from "#lib/domain/last-use.ts";
import { firstKeys } from "#lib/domain/signature.ts";
import { isActive } from "../store/active-people.ts";

/** What policy counts in the database for one request. */
export interface PolicyRows {
  /** No other identity of the business service exists in production. */
  readonly firstInProduction: boolean;
  /** Other identities of the same business service, blueprint and environment that still exist; counted up to 100. */
  readonly similar: number;
  readonly ownerActive: boolean;
  /** Two people have had a usable key, revoked since or not. */
  readonly keysEnrolled: boolean;
  readonly requesterInTeam: boolean;
  readonly ownerInTeam: boolean;
  /** The identity that the request concerns; null for `provision`. */
  readonly identity: {
    readonly owner: string;
    readonly team: string;
    readonly state: IdentityState;
    readonly bornAt: Date;
    readonly endsAt: Date;
    readonly useAnswer: UseAnswer;
  } | null;
}

export interface PolicyQuestion {
  /** The identity concerned, by its founding request's id, so that it never counts itself. */
  readonly identity: string;
  /** Null for a request that the worker raises. */
  readonly requester: string | null;
  readonly owner: string;
  readonly team: string;
  readonly service: string;
  readonly environment: Environment;
  readonly blueprint: string;
}

interface PolicyRow extends Record<string, unknown> {
  readonly first: boolean;
  readonly similar: string;
  readonly owner_active: boolean;
  readonly keys_enrolled: boolean;
  readonly in_team: boolean;
  readonly owner_in_team: boolean;
  readonly owner: string | null;
  readonly team: string | null;
  readonly state: IdentityState | null;
  readonly born: string | null;
  readonly ends: string | null;
  readonly use_answer: UseAnswer | null;
}

/** One query, run by either role; facts about nothing the requester could not be told. */
export async function readPolicyFacts(db: Queries, of: PolicyQuestion): Promise<PolicyRows> {
  const [row] = await db.execute<PolicyRow>(sql`
    with other as (
      select blueprint, environment from charter.identities
      where tenant = 'main' and service = ${of.service} and environment = ${of.environment}
        and id <> ${of.identity} and state not in ('retired', 'failed')
      limit 1000
    ), own as (
      select owner, team, state, born_at, ends_at, use_answer from charter.identities where tenant = 'main' and id = ${of.identity}
    )
    select
      ${of.environment} = 'prod' and not exists (select 1 from other) as first,
      (select count(*) from (select 1 from other where blueprint = ${of.blueprint} limit 100) s) as similar,
      ${isActive(personOf(of.owner))} as owner_active,
      (select count(distinct k.person) from charter.passkeys k where k.tenant = 'main' and k.usable_from <= charter.clock()) >= ${firstKeys}
        as keys_enrolled,
      ${inTeam(of.team, of.requester)} as in_team,
      ${inTeam(of.team, of.owner)} as owner_in_team,
      own.owner, own.team, own.state, own.born_at::text as born, own.ends_at::text as ends, own.use_answer
    from (select 1) one left join own on true`);
  if (row === undefined) throw new Error("The policy facts' query always answers with one row.");
  const { owner, team, state, born, ends, use_answer: useAnswer } = row;
  const known =
    owner !== null && team !== null && state !== null && born !== null && ends !== null && useAnswer !== null;
  return {
    firstInProduction: row.first,
    similar: Number(row.similar),
    ownerActive: row.owner_active,
    keysEnrolled: row.keys_enrolled,
    requesterInTeam: row.in_team,
    ownerInTeam: row.owner_in_team,
    identity: known ? { owner, team, state, bornAt: new Date(born), endsAt: new Date(ends), useAnswer } : null,
  };
}

/** Whether any login of a person is a member of a team; false for nobody. */
const inTeam = (team: string, person: string | null) => sql`exists (
  select 1 from charter.team_members m join charter.people p on p.tenant = m.tenant and p.id = m.person
  where m.tenant = 'main' and m.team = ${team} and m.member and p.canonical = ${personOf(person)})`;

/** The person that a login counts as now: a request may have named it before it was linked. */
const personOf = (login: string | null) =>
  sql`(select l.canonical from charter.people l where l.tenant = 'main' and l.id = ${login}::uuid)`;
