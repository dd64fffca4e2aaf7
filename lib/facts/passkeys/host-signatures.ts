import { readKeysEnrolled, readSignedAsks } from "#db/store/passkeys.ts";
import { later } from "#lib/domain/instant.ts";
import { type Refusals, refuse } from "#lib/domain/refusal.ts";
import { firstKeys, invitationHours } from "#lib/domain/signature.ts";
import type { Work } from "../run.ts";

export interface HostAct {
  readonly kind: "bundle" | "link";
  /** Fingerprint of what the host is about to do. */
  readonly content: string;
  /** Whether this person's signature counts. */
  counts(person: string): boolean;
}

/**
 * Why the worker's host may not yet do this: once keys are enrolled, two people of security sign it first, within a day. Null when
 * they did, or while there are no keys.
 */
export async function whyNotSigned(work: Work, { kind, content, counts }: HostAct): Promise<Refusals | null> {
  if (!(await readKeysEnrolled(work.tx, work.now))) return null;
  const since = later(work.now, { hours: -invitationHours });
  const signers = await readSignedAsks(work.tx, { kind: `sign-${kind}`, subject: content, since });
  const good = signers.filter(counts);
  if (good.length >= firstKeys) return null;
  const mend = `Open /settings?sign=${kind}:${content} in the portal, compare the fingerprint, sign, and run the command again.`;
  const sentence = `Passkeys are enrolled, so two of security sign this first; ${good.length} did.`;
  return refuse({ code: "conflict", sentence, mend }).refusals;
}
