import type { LifeEntry } from "#db/read/life.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import { kindWords } from "../charter/words.ts";

export interface LifeWords {
  readonly title: string;
  readonly remark: string | null;
  readonly bad: boolean;
}

/** What kind each request of this identity is, by its id. */
export type Kinds = ReadonlyMap<string, RequestKind>;
type Say = (entry: LifeEntry, kinds: Kinds) => string;
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const reason = (entry: LifeEntry): string => text(entry.detail.reason);

/** "Renewal asked for by Mara Lind"; an edit says its version. */
function submitted({ aggregate, actor }: LifeEntry, kinds: Kinds): string {
  const [request = "", version = "1"] = aggregate.split("/");
  const what = kindWords[kinds.get(request) ?? "provision"];
  return version === "1" ? `${what} asked for by ${actor}` : `Edited by ${actor}, version ${version}`;
}

/** What a look at the target saw that is not as approved, in sentences. */
const differencesOf = ({ detail }: LifeEntry): readonly string[] =>
  Array.isArray(detail.differences) ? detail.differences.map(text) : [];

/** "Access changed: 1 permission taken away". */
function changed({ detail }: LifeEntry): string {
  const count = (value: unknown, word: string) =>
    typeof value === "number" && value > 0 ? [`${value} ${value === 1 ? "permission" : "permissions"} ${word}`] : [];
  return `Access changed: ${[...count(detail.added, "added"), ...count(detail.takenAway, "taken away")].join(", ")}`;
}

/** What each action says to a reader; `null` drops an entry that only repeats another. */
const titles: { readonly [action: string]: Say | null } = {
  "request-version.sealed": submitted,
  "verdict.given": (entry) => `${entry.detail.verdict === "deny" ? "Denied" : "Approved"} by ${entry.actor}`,
  "verdict.counted": null,
  "verdict.superseded": () => "A verdict came too late to count",
  "acceptance.given": (entry) => `Accepted by ${entry.actor}`,
  "acceptance.counted": null,
  "acceptance.superseded": () => "An acceptance came too late to count",
  "comment.made": (entry) => `${entry.actor} ${"proposal" in entry.detail ? "asked for less" : "asked"}`,
  "request-state.refused": () => "Refused by policy",
  "request-state.awaiting-approval": () => "Sent to its approvers",
  "request-state.awaiting-acceptance": () => "Waits for its owner to accept",
  "request-state.resubmit": () => "Sent back: what would be made has changed",
  "request-state.approved": () => "Cleared: every approval that policy asks for is there",
  "request-state.provisioning": () => "Work began at the target",
  "request-state.live": null,
  "request-state.done": null,
  "request-state.denied": () => "Denied",
  "request-state.withdrawn": () => "Withdrawn",
  "request-state.expired": () => "Expired before anyone decided",
  "request-state.failed": () => "Could not be made",
  "identity.recorded": () => "Recorded, before anything existed",
  "identity.live": () => "Live",
  "identity.failed": () => "Provisioning failed; everything was taken back",
  "identity.retirement-started": () => "Retirement began",
  "identity.disabled": () => "Disabled at the target",
  "identity.suspended": () => "Suspended: disabled at the target",
  "identity.resumed": () => "Resumed: enabled at the target",
  "identity.retired": () => "Removed from the target",
  "identity.renewed": () => "Renewed",
  "identity.access-changed": changed,
  "identity.transferred": () => "Handed over",
  "identity.person-joined": () => "Two logins behind it became one person",
  "identity.observed": (entry) =>
    differencesOf(entry).length === 0 ? "Read back from the target" : "Read back: it differs from what was approved",
  "identity.first-used": () => "First used",
  "attestation.recorded": (entry) => `Still needed? Answered: ${text(entry.detail.answer)}`,
  "credential.stored": () => "Credential stored in the vault",
  "identity.credential-replaced": () => "Credential replaced; the older one is kept for a while",
  "identity.rotated": () => "Older credential ended",
  "credential.replaced": null,
  "credential.removed": null,
  "credential.active": null,
  "credential.disabled": null,
  "credential.extended": null,
};
const bad = new Set(["request-state.refused", "request-state.denied", "request-state.failed", "identity.failed"]);

/** One entry in words; null when another entry says the same. Unknown actions are told by their name. */
export function lifeWords(entry: LifeEntry, kinds: Kinds): LifeWords | null {
  const say = titles[entry.action];
  if (say === null) return null;
  const title = say === undefined ? entry.action.replace(/[.-]/g, " ") : say(entry, kinds);
  const differences = differencesOf(entry);
  const remark = reason(entry) || text(entry.detail.text) || differences.join(" ") || null;
  return { title, remark, bad: bad.has(entry.action) || differences.length > 0 };
}
