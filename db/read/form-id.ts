import { sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import type { Queries } from "../client.ts";

/** A form as its page names it: the id it was given, and what it will ask. */
export interface FormId {
  readonly id: string;
  readonly kind: RequestKind;
  /** Null for `provision`. */
  readonly identity: string | null;
}

/**
 * Whether this viewer may use a form's id: it names nothing yet, or their own draft, or their own request of this very kind
 * and identity. False is told as *not found*, so that nobody learns whose it is.
 */
export async function mayUseFormId(db: Queries, viewer: Viewer, { id, kind, identity }: FormId): Promise<boolean> {
  const [row] = await db.execute<{ free: boolean }>(sql`
    select not exists (select 1 from charter.drafts d where d.tenant = 'main' and d.id = ${id}::uuid and d.person <> ${viewer.id}::uuid)
      and not exists (select 1 from charter.requests r where r.tenant = 'main' and r.id = ${id}::uuid
        and (r.requester is distinct from ${viewer.id}::uuid or r.kind <> ${kind} or r.identity is distinct from ${identity}::uuid)) as free`);
  return row?.free === true;
}
