import { readKey } from "#db/store/passkeys.ts";
import { readKnownPeople } from "#db/store/people.ts";
import type { RequestRow, VersionRow } from "#db/store/requests.ts";
import { digest } from "#lib/digest/digest.ts";
import {
  type Act,
  type Assertion,
  type Assurance,
  isAssertion,
  statementOf,
  submissionIsSigned,
  whyNotKey,
} from "#lib/domain/signature.ts";
import { partyOf } from "#lib/signature/challenge.ts";
import { verifyAssertion } from "#lib/signature/verify.ts";
import type { Installation, Reading } from "./draw-plan.ts";
import type { Examined } from "./examine.ts";

/** An act as a claim says it was signed; the person by any of their logins. */
export interface Signed {
  readonly act: Act;
  readonly person: string;
  readonly assertion: Assertion | null;
}

/** The key that made a gesture, and what its counter then stood at. */
export interface Gesture {
  readonly key: string;
  readonly person: string;
  readonly counter: number;
}

const noGesture = "It is not signed with a passkey.";

/**
 * The gesture behind an act, or in a sentence why there is none that counts. The statement is rebuilt from what the rows say and
 * the person they name; only a key that is theirs and in force now signs for them. Where and how it was used is checked against
 * the installation: the worker's own configuration, in the web what the worker published.
 */
export async function readGesture(
  { tx, now }: Reading,
  installation: Installation,
  { act, person: login, assertion }: Signed,
): Promise<Gesture | { readonly why: string }> {
  if (!isAssertion(assertion)) return { why: noGesture };
  const person = (await readKnownPeople(tx, [login])).get(login)?.person ?? login;
  const key = await readKey(tx, assertion.credentialId);
  const why = whyNotKey(key ?? undefined, { person, now });
  if (key === null || why !== null) return { why: why ?? noGesture };
  const { challengeId } = assertion;
  const statement = statementOf(act, { installation: installation.installation, person, challengeId });
  const party = partyOf(installation.portal);
  const verified = await verifyAssertion(statement, assertion, { key, party });
  return "why" in verified ? verified : { key: key.id, person, counter: verified.counter };
}

/** What a verdict's signature says. */
export const verdictAct = (of: {
  readonly request: string;
  readonly version: number;
  readonly planDigest: string;
  readonly stage: number;
  readonly verdict: "approve" | "deny";
}): Act => {
  const { request, version, planDigest, stage, verdict } = of;
  return { kind: "verdict", request, version, planDigest, stage, verdict };
};

export const acceptanceAct = (of: {
  readonly request: string;
  readonly version: number;
  readonly planDigest: string;
}): Act => ({ kind: "acceptance", request: of.request, version: of.version, planDigest: of.planDigest });

/** What the signature of a submitted version says: its plan, and by its fingerprint everything that was sealed. */
export const submissionAct = (
  { kind }: Pick<RequestRow, "kind">,
  { request, version, planDigest, digest }: Pick<VersionRow, "request" | "version" | "planDigest" | "digest">,
): Act => ({ kind, request, version, planDigest, content: digest });

/** What a second signature over a key says: whose it is, and exactly which. */
export const keyContent = (key: {
  readonly person: string;
  readonly credentialId: string;
  readonly publicKey: string;
}): string => digest({ person: key.person, credentialId: key.credentialId, publicKey: key.publicKey });

/** What two of security sign who invite a person. */
export const invitationContent = (person: string): string => digest({ invite: person });

/** What a decision asks of who submits a version: nothing for a change of access that only takes away. */
export function askedOfSubmitter(
  { kind }: Pick<RequestRow, "kind">,
  { decision, access }: Pick<Examined, "decision" | "access">,
): Assurance | null {
  const adds = access === null || access.added.length > 0;
  return kind !== "change-access" || adds ? decision.assurance : null;
}

/** A request's version and what its decision asks of who submits it. */
export interface Submitted {
  readonly request: Pick<RequestRow, "kind">;
  readonly version: VersionRow;
  readonly assurance: Assurance | null;
}

/** The gesture that a version was submitted with; null when none is asked of its submitter. */
export async function readSubmission(reading: Reading, installation: Installation, of: Submitted) {
  const { request, version, assurance } = of;
  const { person, charter, assertion } = version;
  if (person === null || !submissionIsSigned({ assurance, kind: request.kind, person, owner: charter.owner }))
    return null;
  return readGesture(reading, installation, { act: submissionAct(request, version), person, assertion });
}

/**
 * The gesture behind an acceptance: its own, or that of the version where the same person submitted it and so accepts in the same
 * click.
 */
export async function readAccepted(
  reading: Reading,
  installation: Installation,
  of: Submitted & {
    readonly acceptance: {
      readonly request: string;
      readonly version: number;
      readonly planDigest: string;
      readonly person: string;
      readonly assertion: Assertion | null;
    };
  },
): Promise<Gesture | { readonly why: string }> {
  const { acceptance, version } = of;
  const { person, assertion } = acceptance;
  const submitted =
    assertion === null && version.person === person ? await readSubmission(reading, installation, of) : null;
  return submitted ?? readGesture(reading, installation, { act: acceptanceAct(acceptance), person, assertion });
}

/** What two of security sign before the worker's host puts a bundle in force: which one, as which activation. */
export const bundleContent = (of: { readonly digest: string; readonly activation: number }): string =>
  digest({ bundle: of.digest, activation: of.activation });

/** What two of security sign before the worker's host makes a login count as another person's. */
export const linkContent = (of: { readonly issuer: string; readonly subject: string; readonly to: string }): string =>
  digest({ issuer: of.issuer, link: of.subject, to: of.to });
