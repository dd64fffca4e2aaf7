import type { RequestKind } from "./charter.ts";
import type { JsonObject } from "./json.ts";

/** What a key's owner signs, beside requests by their kind: `key` is a second signature over another key, `enrolment` the making of one. */
export type SignedAct =
  | RequestKind
  | "adopt"
  | "change-access"
  | "verdict"
  | "acceptance"
  | "bundle"
  | "link"
  | "invitation"
  | "key"
  | "enrolment";

/**
 * Exactly what one gesture says. The challenge that a key signs is the SHA-256 of its canonical JSON; the worker rebuilds it
 * from rows, so a signature counts for this and for nothing else. What an act does not have is null.
 */
export interface Statement {
  readonly v: "charter-signature-1";
  readonly installation: string;
  readonly kind: SignedAct;
  readonly request: string | null;
  readonly version: number | null;
  readonly planDigest: string | null;
  readonly stage: number | null;
  readonly verdict: "approve" | "deny" | null;
  /** Fingerprint of what is neither a plan nor named above: a sealed version, a bundle, a link, a person, a key. */
  readonly content: string | null;
  /** Canonical id of who signs. */
  readonly person: string;
  /** From the database; it serves once, within five minutes. */
  readonly challengeId: string;
}

/** A statement before it is known where, by whom and over which challenge it is signed. */
export type Act = Pick<Statement, "kind"> &
  Partial<Pick<Statement, "request" | "version" | "planDigest" | "stage" | "verdict" | "content">>;

export function statementOf(
  act: Act,
  by: Pick<Statement, "installation" | "person" | "challengeId">,
): Statement & JsonObject {
  const { kind, request = null, version = null, planDigest = null, stage = null, verdict = null, content = null } = act;
  const about = { kind, request, version, planDigest, stage, verdict, content };
  return { v: "charter-signature-1", ...about, ...by };
}

/** What a key answered to one challenge: WebAuthn's assertion, base64url as browsers give it. */
export interface Assertion {
  readonly challengeId: string;
  readonly credentialId: string;
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
  readonly signature: string;
}

/** A new key as its authenticator made it, with the invitation's one-time code where there is one. */
export interface Registration {
  readonly challengeId: string;
  readonly credentialId: string;
  readonly attestationObject: string;
  readonly clientDataJSON: string;
  readonly transports: readonly string[];
  readonly code: string;
}

const texts = (value: unknown, names: readonly string[]): value is Readonly<Record<string, string>> =>
  typeof value === "object" &&
  value !== null &&
  names.every((name) => typeof Object.getOwnPropertyDescriptor(value, name)?.value === "string");

/** A gesture as a claim carries it; false for anything else that a claim may carry. */
export const isAssertion = (value: unknown): value is Assertion =>
  texts(value, ["challengeId", "credentialId", "authenticatorData", "clientDataJSON", "signature"]);

/** A new key as a claim carries it. */
export const isRegistration = (value: unknown): value is Registration =>
  texts(value, ["challengeId", "credentialId", "attestationObject", "clientDataJSON", "code"]) &&
  Array.isArray(value.transports) &&
  value.transports.every((one) => typeof one === "string");

/** What a decision may ask of whoever acts under it. */
export type Assurance = "passkey";

/**
 * Which requests are signed by who submits them, where assurance is asked: what gives power, time or another owner. What only
 * takes away is unsigned, capped per hour and told to its people.
 */
const signedRequests: { readonly [K in RequestKind | "adopt" | "change-access"]: "always" | "by-its-owner" | "never" } =
  {
    provision: "by-its-owner",
    "change-access": "always",
    renew: "always",
    resume: "always",
    transfer: "always",
    adopt: "always",
    suspend: "never",
    rotate: "never",
    retire: "never",
  };

/** Whether a version of a request is to be signed by who submits it. Nobody signs for the worker. */
export function submissionIsSigned(of: {
  readonly assurance: Assurance | null;
  readonly kind: RequestKind;
  readonly person: string | null;
  readonly owner: string;
}): boolean {
  if (of.assurance === null || of.person === null) return false;
  const when = signedRequests[of.kind];
  return when === "always" || (when === "by-its-owner" && of.person === of.owner);
}

/** One key as the worker recorded it. */
export interface Key {
  readonly person: string;
  readonly usableFrom: Date | null;
  readonly revokedAt: Date | null;
}

/** Why a key does not sign for this person now, in a sentence; null when it does. */
export function whyNotKey(key: Key | undefined, of: { readonly person: string; readonly now: Date }): string | null {
  if (key === undefined) return "This key is not enrolled here.";
  if (key.person !== of.person) return "This key belongs to somebody else.";
  if (key.revokedAt !== null) return "This key was revoked.";
  return key.usableFrom !== null && key.usableFrom <= of.now ? null : "This key cannot be used yet.";
}

/** Hours until a later key is usable without a second signature. */
export const keyWaitHours = 24;
/** People of security who have a key, from which on the host invites nobody and two of them sign. */
export const firstKeys = 2;
/** How long an invitation stands, and how long a signature of two waits for the other. */
export const invitationHours = 24;

/** What a signature will say, in a sentence: read before the gesture. `of` names the identity or thing, `to` whom it concerns. */
export function sayAct(
  act: Act,
  of: { readonly name: string; readonly environment?: string; readonly to?: string },
): string {
  const place = of.environment === undefined ? "" : ` in ${of.environment}`;
  const version = act.version === undefined || act.version === null ? "" : `version ${act.version} of `;
  const thing = `${version}${of.name}${place}`;
  const said = spoken[act.kind];
  if (act.kind === "verdict") return `${act.verdict === "deny" ? "Deny" : "Approve"} ${thing}, exactly as shown.`;
  return said
    .replace("{thing}", thing)
    .replace("{name}", of.name)
    .replace("{to}", of.to ?? "");
}

const spoken: { readonly [A in SignedAct]: string } = {
  verdict: "Decide on {thing}.",
  acceptance: "Accept ownership of {thing}, exactly as shown.",
  provision: "Ask for {thing}, exactly as shown, and accept to own it.",
  "change-access": "Change the access of {name}, exactly as shown.",
  adopt: "Adopt {name}, exactly as shown.",
  renew: "Renew {name}: only its end moves.",
  resume: "Enable {name} again, exactly as it was.",
  transfer: "Hand {name} over to its new owner.",
  suspend: "Suspend {name}.",
  rotate: "Rotate the credential of {name}.",
  retire: "Retire {name}.",
  bundle: "Put the policy bundle with this fingerprint in force.",
  link: "Make the two logins with this fingerprint count as one person.",
  invitation: "Invite {name} to enrol a passkey.",
  key: "Let the passkey {name} of {to} be used from now on.",
  enrolment: "Enrol this passkey.",
};
