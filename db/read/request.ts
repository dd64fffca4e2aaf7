import { and, desc, eq, sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Queries } from "../client.ts";
import { requests, requestVersions } from "../schema/claims.ts";
import { identities } from "../schema/inventory.ts";
import { outcomes, requestStates } from "../schema/progress.ts";
import { readNames } from "./names.ts";
import { readProgress } from "./request-progress.ts";
import { isRequestInSight } from "./request-sight.ts";

/** Everything a request's page shows, or null where the viewer may not see it. */
export async function readRequestPage(db: Queries, viewer: Viewer, id: string) {
  if (!(await isRequestInSight(db, viewer, id))) return null;
  const [head, versions, progress] = await Promise.all([readHead(db, id), readVersions(db, id), readProgress(db, id)]);
  const current = versions[0];
  if (head === undefined || current === undefined) return null;
  const { charter } = current;
  const names = await readNames(db, {
    people: [
      head.request.requester,
      head.state?.accepter,
      charter.owner,
      charter.endsIt,
      "person" in charter.backup ? charter.backup.person : null,
      charter.exception?.owner,
      ...versions.map((version) => version.person),
      ...progress.decisions.flatMap((decision) => decision.activatedBy),
      ...progress.verdicts.map((verdict) => verdict.person),
      ...progress.acceptances.map((acceptance) => acceptance.person),
      ...progress.comments.map((comment) => comment.person),
    ],
    teams: [charter.team, "team" in charter.backup ? charter.backup.team : null],
    services: [charter.service],
  });
  return { ...head, ...progress, versions, current, names };
}
export type RequestPage = NonNullable<Awaited<ReturnType<typeof readRequestPage>>>;
export type VersionRow = RequestPage["current"];

async function readHead(db: Queries, id: string) {
  const [row] = await db
    .select({ request: requests, state: requestStates, identity: identities })
    .from(requests)
    .leftJoin(requestStates, and(eq(requestStates.tenant, requests.tenant), eq(requestStates.request, requests.id)))
    .leftJoin(
      identities,
      and(
        eq(identities.tenant, requests.tenant),
        eq(identities.id, sql`coalesce(${requests.identity}, ${requests.id})`),
      ),
    )
    .where(and(eq(requests.tenant, "main"), eq(requests.id, id)));
  return row;
}

/** Sealed versions, newest first, each with what became of it. */
const readVersions = (db: Queries, id: string) =>
  db
    .select({
      version: requestVersions.version,
      charter: requestVersions.charter,
      origins: requestVersions.origins,
      change: requestVersions.change,
      digest: requestVersions.digest,
      planDigest: requestVersions.planDigest,
      person: requestVersions.person,
      receivedAt: requestVersions.receivedAt,
      result: outcomes.result,
      refusals: outcomes.refusals,
    })
    .from(requestVersions)
    .leftJoin(
      outcomes,
      and(
        eq(outcomes.tenant, requestVersions.tenant),
        eq(outcomes.claim, "request_versions"),
        eq(outcomes.subject, sql`${requestVersions.request} || '/' || ${requestVersions.version}`),
      ),
    )
    .where(and(eq(requestVersions.tenant, "main"), eq(requestVersions.request, id)))
    .orderBy(desc(requestVersions.version));
