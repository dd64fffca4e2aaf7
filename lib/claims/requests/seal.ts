import type { Tx } from "#db/client.ts";
import { insertAcceptance, insertVersion } from "#db/store/claims.ts";
import { readKnownPeople } from "#db/store/people.ts";
import { readVersion } from "#db/store/requests.ts";
import { digest } from "#lib/digest/digest.ts";
import type { Charter, Origins } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import { isUuid } from "#lib/domain/text.ts";
import { sentOtherwise } from "../refusals.ts";
import type { ClaimContext } from "../run.ts";

export interface NewSealed {
  readonly request: string;
  readonly version: number;
  readonly charter: Charter;
  readonly origins: Origins;
  readonly change: JsonObject;
  readonly planDigest: string;
  /** Who would own it by this version; null where nobody new would. */
  readonly owner: string | null;
}

/**
 * Seals one version, with its acceptance when who submits it would own it. The very same version sealed by an earlier click
 * is this one; another in its place is a conflict, so that nothing typed is dropped in silence.
 */
export async function sealVersion(
  tx: Tx,
  { actor, newId }: ClaimContext,
  { owner, ...row }: NewSealed,
): Promise<Outcome<null>> {
  const { request, version, charter, origins, change, planDigest } = row;
  const sealed = { ...row, digest: digest({ charter, origins, change }), person: actor.id };
  if (!(await insertVersion(tx, sealed))) {
    return (await readVersion(tx, request, version))?.digest === sealed.digest ? ok(null) : sentOtherwise;
  }
  if (owner !== null && (await personOf(tx, owner)) === actor.id)
    await insertAcceptance(tx, { id: newId(), request, version, planDigest, person: actor.id });
  return ok(null);
}

/** The person that an owner counts as now: their login may have been linked since. */
const personOf = async (tx: Tx, owner: string): Promise<string> =>
  (await readKnownPeople(tx, [owner].filter(isUuid))).get(owner)?.person ?? owner;
