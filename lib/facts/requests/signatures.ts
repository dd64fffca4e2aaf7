import { readKnownPeople } from "#db/store/people.ts";
import { readAcceptances, readVerdicts } from "#db/store/requests.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import { submissionIsSigned } from "#lib/domain/signature.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import type { Examined } from "#lib/judgement/examine.ts";
import {
  askedOfSubmitter,
  readAccepted,
  readGesture,
  readSubmission,
  submissionAct,
  verdictAct,
} from "#lib/judgement/signed.ts";
import { takeGesture, type Used } from "../passkeys/use.ts";
import type { Work } from "../run.ts";
import type { Asked } from "./authority.ts";
import type { Releasing } from "./releasing.ts";

export interface Received extends Asked {
  readonly installation: Installation;
}

type Judged = Pick<Examined, "decision" | "access">;

/** The key that a version was submitted with; null where its kind and submitter need none. Refuses what is not signed and should be. */
export async function submissionOf(
  work: Work,
  { request, version, installation }: Received,
  examined: Judged,
): Promise<Outcome<Used | null>> {
  const { person, charter, assertion } = version;
  const assurance = askedOfSubmitter(request, examined);
  if (person === null || !submissionIsSigned({ assurance, kind: request.kind, person, owner: charter.owner }))
    return ok(null);
  const claim = `request_versions/${version.request}/${version.version}`;
  return takeGesture(work, installation, { claim, act: submissionAct(request, version), person, assertion });
}

/**
 * Canonical id of the person who owns it while their acceptance, signed where that is asked, is still missing; null when it is given
 * or not needed. Who owns it accepts what it may do more.
 */
export async function awaitedAccepter(
  work: Work,
  { request, version, installation }: Received,
  { decision, access }: Judged,
): Promise<string | null> {
  const adds = request.kind === "change-access" && access !== null && access.added.length > 0;
  if (request.kind !== "provision" && request.kind !== "transfer" && !adds) return null;
  const { owner: named } = version.charter;
  const given = await readAcceptances(work.tx, request.id, version.version);
  const people = await readKnownPeople(work.tx, [...given.map(({ person }) => person), ...[named].filter(isUuid)]);
  const owner = people.get(named)?.person ?? named;
  const { assurance } = decision;
  for (const acceptance of given) {
    const by = people.get(acceptance.person);
    if (acceptance.planDigest !== version.planDigest || by?.person !== owner || !by.active) continue;
    if (assurance === null) return null;
    const gesture = await readAccepted(work, installation, { request, version, assurance, acceptance });
    if (!("why" in gesture)) return null;
  }
  return owner;
}

/**
 * Which gesture that the policy in force asks for is missing from what was approved, in a sentence; null when none is. Verified
 * again from the rows, with the keys as they stand now.
 */
export async function whyUnsigned(
  work: Work,
  installation: Installation,
  { request, version, examined }: Releasing,
): Promise<string | null> {
  const { assurance } = examined.decision;
  if (assurance === null) return null;
  const asked = askedOfSubmitter(request, examined);
  const submission = await readSubmission(work, installation, { request, version, assurance: asked });
  if (submission !== null && "why" in submission) return `Who asked for it did not sign it: ${submission.why}`;
  const received = { request, version, before: null, installation };
  if ((await awaitedAccepter(work, received, examined)) !== null)
    return "Its owner has not accepted it with a passkey that counts.";
  for (const row of await readVerdicts(work.tx, { request: request.id, version: version.version, looking: null })) {
    const { person, assertion } = row;
    const gesture = await readGesture(work, installation, { act: verdictAct(row), person, assertion });
    if ("why" in gesture) return `A verdict on it does not count: ${gesture.why}`;
  }
  return null;
}
