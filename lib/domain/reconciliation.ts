import type { IdentityState } from "./identity.ts";
import { plainLine } from "./text.ts";

/** Whoever has power at a target chooses names there, and with them what a sentence of ours would say. */
const longest = 500;

/** How often each target is compared with the records, in minutes. */
export const targetMinutes = 15;

/** What a sweep finds between a target and the records. `unregistered` and `orphan` are about objects without an identity. */
export type Discrepancy = "unregistered" | "orphan" | "missing" | "drifted" | "squatter";

/** An object at a target that carries this installation's mark. */
export interface Marked {
  readonly name: string;
  /** The mark verifies for the intent that it names, which is recorded for this very target and name. */
  readonly proved: boolean;
  /** That intent ended as failed: what it made should have been taken back. */
  readonly failed: boolean;
}

/** What a target answers when it is asked for an identity's main object; *not known yet* is no answer. */
export type Seen =
  | { readonly state: "absent" }
  | { readonly state: "ours"; readonly enabled: boolean; readonly differences: readonly string[] }
  | { readonly state: "not-ours"; readonly why: string };

/** What the inventory says of it. Only identities with nothing under way may be compared. */
export interface Recorded {
  readonly objectName: string;
  readonly state: IdentityState;
}

/**
 * What is wrong with an object that claims to be ours; null when nothing is. The target must have been listed **before** the
 * records were read, else an object that is made meanwhile looks like a stray.
 */
export function whyStray({
  name: chosen,
  proved,
  failed,
}: Marked): { readonly kind: Discrepancy; readonly sentence: string } | null {
  if (proved && !failed) return null;
  const name = plainLine(chosen, 200);
  return proved
    ? { kind: "orphan", sentence: `${name} is left from a request that failed. Remove it at the target.` }
    : {
        kind: "unregistered",
        sentence: `${name} claims to be made by this portal, and no record says so. It has been left as it is: look who made it, and disable it at the target if nobody can say.`,
      };
}

const said = (sentence: string): string => plainLine(sentence, longest);

/** How what a target shows differs from what is recorded: a sentence each, [] as recorded, and what to call it. */
export function compare(
  seen: Seen,
  { objectName, state }: Recorded,
): { readonly kind: Discrepancy; readonly differences: readonly string[] } {
  if (seen.state === "absent") return { kind: "missing", differences: [`${objectName} is gone from its target.`] };
  if (seen.state === "not-ours")
    return { kind: "squatter", differences: [said(`${objectName} is now something that is not ours: ${seen.why}`)] };
  return { kind: "drifted", differences: drift(seen, { objectName, state }).map(said) };
}

/** What to do about something that is not ours: no request of ours touches it. */
export const whatOfTaken =
  "It has been left as it is: look who made it, and remove it at the target. This closes once the name is free.";

/** A target says "its permissions were changed". */
const asSentence = (words: string): string =>
  `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;

/**
 * Being disabled on purpose is no difference of what a target shows; what else somebody changed of a suspended identity would have power
 * once it is resumed. One that is being retired loses its parts on purpose: of it only that it is disabled is asked.
 */
function drift(seen: Extract<Seen, { readonly state: "ours" }>, { objectName, state }: Recorded): readonly string[] {
  const wrong = enabledness(seen.enabled, { objectName, state });
  const changed = state === "live" || state === "suspended" ? seen.differences.map(asSentence) : [];
  return [...wrong, ...changed];
}

function enabledness(enabled: boolean, { objectName, state }: Recorded): readonly string[] {
  if (state === "live") return enabled ? [] : [`${objectName} is disabled at its target.`];
  if (!enabled || (state !== "retiring" && state !== "suspended")) return [];
  return [`${objectName} is enabled although it is ${state === "retiring" ? "being retired" : "suspended"}.`];
}

/**
 * Credentials that work at the target and that nobody recorded. `recorded` null: it is not known now. They must have been listed
 * **before** the records were read.
 */
export function unrecordedCredentials(
  listed: readonly { readonly id: string; readonly active: boolean }[],
  recorded: readonly string[] | null,
): readonly { readonly id: string }[] {
  return recorded === null ? [] : listed.filter(({ id, active }) => active && !recorded.includes(id));
}

/** Such a credential in a sentence. */
export const sayUnrecorded = ({ id }: { readonly id: string }): string =>
  said(`The credential ${id} works and was not made by this portal.`);

/** What is recorded of a credential that is in force. */
export interface Stored {
  readonly id: string;
  readonly vaultVersion: number;
}

/** Credentials in force that the target no longer shows as active, a sentence each. The target lists credentials before the records are read. */
export const goneCredentials = (
  listed: readonly { readonly id: string; readonly active: boolean }[],
  stored: readonly Stored[],
): readonly string[] =>
  stored
    .filter(({ id }) => !listed.some((one) => one.id === id && one.active))
    .map(({ id }) => said(`The credential ${id} no longer works at its target.`));

/** A vault's slot as its metadata shows it; null when there is none. */
export type Shown = {
  readonly current: number;
  readonly versions: readonly { readonly version: number; readonly destroyed: boolean; readonly deleted: boolean }[];
  /** What is written beside the secret. */
  readonly custom: { readonly identity?: string };
} | null;

/** How a slot differs from what was stored last: whoever reads it gets something else, or nothing. Null when it does not. */
export function slotDiffers(
  { place, identity }: { readonly place: string; readonly identity: string },
  shown: Shown,
  stored: readonly Stored[],
): string | null {
  const newest = Math.max(0, ...stored.map(({ vaultVersion }) => vaultVersion));
  if (newest === 0) return null;
  const current = shown?.versions.find(({ version }) => version === shown.current);
  if (current === undefined || current.destroyed || current.deleted)
    return said(`${place} no longer holds its secret: somebody removed it from the vault. Rotate to store a new one.`);
  if (shown?.custom.identity !== identity)
    return said(
      `${place} was made anew by somebody else. Remove it from the vault, then rotate to store a new secret.`,
    );
  return current.version === newest
    ? null
    : said(
        `${place} holds version ${current.version}, which was not stored by this portal: version ${newest} was. Rotate to store a new one.`,
      );
}
