import { and, eq, isNotNull, sql } from "drizzle-orm";
import type { AccessTold } from "#lib/domain/access-use.ts";
import type { Queries } from "../client.ts";
import { accessUses } from "../schema/uses.ts";

/** What an identity's target told of what it used, and when its objects changed last; null where it has told nothing. */
export async function readAccessUse(
  db: Queries,
  identity: string,
): Promise<{ readonly told: AccessTold; readonly changed: Date | null } | null> {
  const [row] = await db
    .select({
      told: accessUses.told,
      observedAt: accessUses.observedAt,
      changed: sql<string | null>`(select max(o.changed_at) from charter.objects o
        where o.tenant = 'main' and o.identity = ${accessUses.identity} and o.state = 'live')`,
    })
    .from(accessUses)
    .where(and(eq(accessUses.tenant, "main"), eq(accessUses.identity, identity), isNotNull(accessUses.observedAt)));
  if (row?.told == null || row.observedAt === null) return null;
  const { seesSince, ...told } = row.told;
  return {
    told: { ...told, seesSince: new Date(seesSince), observedAt: row.observedAt },
    changed: row.changed === null ? null : new Date(row.changed),
  };
}
