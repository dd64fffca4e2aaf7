import { lockPasskey, tookChallenge, updatePasskey } from "#db/store/passkeys.ts";
import type { Entry, Evidence } from "#lib/audit/entry.ts";
import { digest } from "#lib/digest/digest.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import type { Act, Assertion } from "#lib/domain/signature.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import { readGesture } from "#lib/judgement/signed.ts";
import type { Work } from "../run.ts";

/** A claim that says it was signed: its table and key, and what its rows say was signed by whom. */
export interface SignedClaim {
  readonly claim: string;
  readonly act: Act;
  readonly person: string;
  readonly assertion: Assertion | null;
}

/** What a gesture proves: the entry of the key's use, and the evidence of what it signed. */
export interface Used {
  readonly key: string;
  readonly person: string;
  readonly entry: Entry;
  readonly evidence: Evidence;
}

export const evidenceOf = (assertion: Assertion): Evidence => `assertion:${digest(assertion)}`;

/** An entry with what proves it beside it: the key's own. As it is where nothing was signed. */
export const proven = (entry: Entry, used: Used | null): readonly [Entry, ...Entry[]] =>
  used === null ? [entry] : [{ ...entry, evidence: used.evidence }, used.entry];

/** How to get a gesture that counts. */
export const mendByKey = "Enrol a passkey under Settings, or use one of yours again.";

/**
 * Uses a person's key for one claim: the statement is rebuilt and verified, the challenge is one that this very claim took in
 * time, and the counter, where the authenticator counts, is ahead of the last. Refuses in words otherwise.
 */
export async function takeGesture(work: Work, installation: Installation, signed: SignedClaim): Promise<Outcome<Used>> {
  const { claim, assertion, act } = signed;
  const gesture = await readGesture(work, installation, signed);
  if (assertion === null || "why" in gesture)
    return unsigned("why" in gesture ? gesture.why : "It is not signed with a passkey.");
  if (!(await tookChallenge(work.tx, assertion.challengeId, claim)))
    return unsigned("The passkey was used for something else, or too long ago.");
  const key = await lockPasskey(work.tx, gesture.key);
  if (key === null) return unsigned("This key is not enrolled here.");
  if (gesture.counter > 0 && gesture.counter <= key.counter)
    return unsigned("This passkey's counter stands where it stood before: it may have been copied.");
  const version = await updatePasskey(work.tx, key.id, { counter: gesture.counter, lastUsedAt: work.now });
  const evidence = evidenceOf(assertion);
  const detail = { person: gesture.person, claim, act: { ...act }, challenge: assertion.challengeId };
  const entry: Entry = { noun: "passkey", id: key.id, version, action: "passkey.used", detail, evidence };
  return ok({ key: key.id, person: gesture.person, entry, evidence });
}

const unsigned = (sentence: string) => refuse({ code: "forbidden", field: "passkey", sentence, mend: mendByKey });
