import type { Tx } from "#db/client.ts";
import { insertAcceptance, insertVersion } from "#db/store/claims.ts";
import { readKnownPeople } from "#db/store/people.ts";
import { readVersion } from "#db/store/requests.ts";
import { digest } from "#lib/digest/digest.ts";
import type { Charter, Origins, RequestKind } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import { type Assertion, sayAct, submissionIsSigned } from "#lib/domain/signature.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Examined } from "#lib/judgement/examine.ts";
import { askedOfSubmitter, submissionAct } from "#lib/judgement/signed.ts";
import { sentOtherwise } from "../refusals.ts";
import type { ClaimContext } from "../run.ts";
import { gestureFor } from "../signing.ts";

export interface NewSealed {
  readonly request: string;
  readonly version: number;
  readonly charter: Charter;
  readonly origins: Origins;
  readonly change: JsonObject;
  /** Who would own it by this version; null where nobody new would. */
  readonly owner: string | null;
  readonly kind: RequestKind;
  /** What was drawn and decided for it: its plan, and whether who submits it signs. */
  readonly examined: Pick<Examined, "planDigest" | "decision" | "access">;
  readonly assertion: Assertion | undefined;
}

/**
 * Seals one version, with its acceptance when who submits it would own it. The very same version sealed by an earlier click
 * is this one; another in its place is a conflict, so that nothing typed is dropped in silence. Signed first where its decision
 * and its kind ask for it (`runSigned`).
 */
export async function sealVersion(
  tx: Tx,
  context: ClaimContext,
  { owner, kind, examined, assertion, ...sealing }: NewSealed,
): Promise<Outcome<null>> {
  const { actor, newId } = context;
  const { request, version, charter, origins, change } = sealing;
  const { planDigest } = examined;
  const unsigned = { ...sealing, planDigest, digest: digest({ charter, origins, change }), person: actor.id };
  const act = submissionAct({ kind }, unsigned);
  const assurance = askedOfSubmitter({ kind }, examined);
  const asked = submissionIsSigned({ assurance, kind, person: actor.id, owner: charter.owner });
  const signed = asked
    ? await gestureFor(tx, context, { act, sentence: sayAct(act, charter), assertion })
    : ok(undefined);
  if ("refusals" in signed) return signed;
  const sealed = { ...unsigned, assertion: signed.ok };
  const [isNew, ownedBy] = await Promise.all([insertVersion(tx, sealed), owner === null ? null : personOf(tx, owner)]);
  if (!isNew) {
    return (await readVersion(tx, request, version))?.digest === sealed.digest ? ok(null) : sentOtherwise;
  }
  if (assurance !== null && !asked) return ok(null);
  if (ownedBy === actor.id) await insertAcceptance(tx, { id: newId(), request, version, planDigest, person: actor.id });
  return ok(null);
}

/** The person that an owner counts as now: their login may have been linked since. */
const personOf = async (tx: Tx, owner: string): Promise<string> =>
  (await readKnownPeople(tx, [owner].filter(isUuid))).get(owner)?.person ?? owner;
