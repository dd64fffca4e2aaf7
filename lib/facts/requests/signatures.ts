import { readKnownPeople } from "#db/store/people.ts";
import { readAcceptances, readVerdicts } from "#db/store/requests.ts";
import { type Outcome, ok } from "#lib/domain/refusal.ts";
import { type Assurance, submissionIsSigned } from "#lib/domain/signature.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import { readAccepted, readGesture, readSubmission, submissionAct, verdictAct } from "#lib/judgement/signed.ts";
import { takeGesture, type Used } from "../passkeys/use.ts";
import type { Work } from "../run.ts";
import type { Asked } from "./authority.ts";
import type { Releasing } from "./releasing.ts";

export interface Received extends Asked {
  readonly installation: Installation;
}

/** The key that a version was submitted with; null where its kind and submitter need none. Refuses what is not signed and should be. */
export async function submissionOf(
  work: Work,
  { request, version, installation }: Received,
  assurance: Assurance | null,
): Promise<Outcome<Used | null>> {
  const { person, charter, assertion } = version;
  if (person === null || !submissionIsSigned({ assurance, kind: request.kind, person, owner: charter.owner }))
    return ok(null);
  const claim = `request_versions/${version.request}/${version.version}`;
  return takeGesture(work, installation, { claim, act: submissionAct(request, version), person, assertion });
}

/** Canonical id of the owner whose acceptance, signed where that is asked, is still missing; null when it is given or not needed. */
export async function awaitedAccepter(
  work: Work,
  { request, version, installation }: Received,
  assurance: Assurance | null,
): Promise<string | null> {
  if (request.kind !== "provision" && request.kind !== "transfer") return null;
  const { owner } = version.charter;
  const given = await readAcceptances(work.tx, request.id, version.version);
  const people = await readKnownPeople(
    work.tx,
    given.map(({ person }) => person),
  );
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
  const submission = await readSubmission(work, installation, { request, version, assurance });
  if (submission !== null && "why" in submission) return `Who asked for it did not sign it: ${submission.why}`;
  const received = { request, version, before: null, installation };
  if ((await awaitedAccepter(work, received, assurance)) !== null)
    return "Its owner has not accepted it with a passkey that counts.";
  for (const row of await readVerdicts(work.tx, { request: request.id, version: version.version, looking: null })) {
    const { person, assertion } = row;
    const gesture = await readGesture(work, installation, { act: verdictAct(row), person, assertion });
    if ("why" in gesture) return `A verdict on it does not count: ${gesture.why}`;
  }
  return null;
}
