import { type SQL, sql } from "drizzle-orm";
import { type Coverage, inTime } from "#lib/domain/coverage.ts";
import { identities } from "../schema/inventory.ts";

/** Identities that anybody is asked about. */
export const mayBeAsked = sql`${identities.state} in ('live', 'suspended')`;

const asked = sql`q.stage = any (${sql.param([...inTime])}::text[])`;
const attested = sql`q.stage = 'waiting' and q.last_attestation is not null`;

/** Of a question `q`: whether it is asked in time, overdue, or answered and not asked now. */
export const questionIs = { asked, attested, overdue: sql`q.stage = 'overdue'` };

/** Identities whose question stands so: by the questions that do, or by there being none that does otherwise. */
export function stands(coverage: Coverage): { readonly by: "questions" | "none-other"; readonly rows: SQL } {
  const rows = (where: SQL) => sql`select q.identity from charter.questions q where q.tenant = 'main' and ${where}`;
  if (coverage === "never") return { by: "none-other", rows: rows(sql`(q.stage <> 'waiting' or ${attested})`) };
  if (coverage === "not-due") return { by: "none-other", rows: rows(sql`q.stage <> 'waiting'`) };
  return { by: "questions", rows: rows(questionIs[coverage]) };
}
