import { sql } from "drizzle-orm";
import { index, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import type { DebtCause } from "#lib/domain/debt.ts";
import { charter, instant, tenant } from "./columns.ts";

/**
 * Live and suspended identities that are outside the four answers or policy, each with since when: provisioning debt is the sum
 * of those days. Written by a sweep alone; a row goes when its identity is inside again.
 */
export const debts = charter.table(
  "debts",
  {
    tenant: tenant(),
    identity: uuid("identity").notNull(),
    team: uuid("team").notNull(),
    /** Since when the question has no good answer, or policy is not kept; null while it is fine. */
    whoSince: instant("who_since"),
    whySince: instant("why_since"),
    reachSince: instant("reach_since"),
    endSince: instant("end_since"),
    policySince: instant("policy_since"),
    /** Since when it is outside at all, and by which cause first: it counts once, there. */
    since: instant("since")
      .notNull()
      .generatedAlwaysAs(sql`least(who_since, why_since, reach_since, end_since, policy_since)`),
    cause: text("cause")
      .$type<DebtCause>()
      .notNull()
      .generatedAlwaysAs(
        sql`case least(who_since, why_since, reach_since, end_since, policy_since) when who_since then 'who' when why_since then 'why' when reach_since then 'reach' when end_since then 'end' else 'policy' end`,
      ),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.identity] }), index("debts_cause").on(t.tenant, t.cause, t.team)],
);
