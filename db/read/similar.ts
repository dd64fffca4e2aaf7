import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Environment } from "#lib/domain/charter.ts";
import type { Reach } from "#lib/domain/reach.ts";
import { compareReach, type Similar } from "#lib/domain/similar.ts";
import type { Queries } from "../client.ts";
import { identities } from "../schema/inventory.ts";
import { identitySight } from "./identity-sight.ts";

/** What is asked for, as far as it is known. */
export interface SimilarTo {
  /** The request's own id, so that it never resembles itself. */
  readonly id: string;
  readonly blueprint: string;
  readonly service: string;
  readonly target: string;
  readonly team: string;
  readonly environment: Environment;
  /** What it will be able to do; null while that is open. */
  readonly reach: Reach | null;
}

/** How many rows by each likeness are looked at. */
const looked = 300;

/**
 * Up to three live identities within the viewer's sight that are most like what is asked for: of the same blueprint, business
 * service, target, team and environment, in this weight. Of the same target type alone, since others cannot be compared.
 */
export async function readSimilar(db: Queries, viewer: Viewer, to: SimilarTo): Promise<readonly Similar[]> {
  const of = (condition: SQL) =>
    sql`(select i.id from charter.identities i where i.tenant = 'main' and ${condition} limit ${looked})`;
  const alike = sql<number>`(${identities.blueprint} = ${to.blueprint})::int * 5 + (${identities.service} = ${to.service})::int * 4
    + (${identities.target} = ${to.target})::int * 2 + (${identities.team} = ${to.team})::int + (${identities.environment} = ${to.environment})::int`;
  const rows = await db
    .select({
      id: identities.id,
      name: identities.name,
      environment: identities.environment,
      target: identities.target,
      reach: identities.reach,
    })
    .from(identities)
    .where(
      and(
        eq(identities.tenant, "main"),
        eq(identities.state, "live"),
        sql`${identities.connector} = (select t.kind from charter.targets t where t.tenant = 'main' and t.name = ${to.target})`,
        sql`${identities.id} <> ${to.id}`,
        sql`${identities.id} in (${of(sql`i.service = ${to.service}`)} union ${of(sql`i.target = ${to.target}`)} union ${of(sql`i.team = ${to.team}`)})`,
        identitySight(viewer),
      ),
    )
    .orderBy(desc(alike), desc(identities.bornAt))
    .limit(3);
  return rows.map(({ reach, ...row }) => ({
    ...row,
    phrase: reach.phrase,
    compared: to.reach === null ? null : compareReach(to.reach, reach),
  }));
}
