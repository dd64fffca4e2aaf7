import { setTimeout as wait } from "node:timers/promises";
import { type ConnectEntry, Squatter, type StepWork } from "#lib/connectors/connector.ts";
import { digest } from "#lib/digest/digest.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { Aws } from "./client.ts";
import type { Desired } from "./desired.ts";
import { equal } from "./documents.ts";
import type { Held, Holder, Seen } from "./holder.ts";
import { denyAll, disabledName, permissionsName } from "./permissions.ts";
import type { AwsSettings } from "./settings.ts";
import { markOf, sameMark } from "./tags.ts";
import type { AccessKeys } from "./user.ts";

/** How long AWS may take, in milliseconds; a target's `windows` replace them by these names. */
export interface Windows {
  /** A read may lag behind a write. */
  readonly consistency: number;
  /** An unanswered CreateAccessKey may still happen: 15 min life of a signature + 5 min consistency. */
  readonly mint: number;
  /** First pause between two reads that wait for a write to show; doubles three times. */
  readonly poll: number;
}
const defaults: Windows = { consistency: 5 * 60_000, mint: 20 * 60_000, poll: 250 };
export const windowsOf = (given: Readonly<Record<string, number>>): Windows => ({
  consistency: given.consistency ?? defaults.consistency,
  mint: given.mint ?? defaults.mint,
  poll: given.poll ?? defaults.poll,
});

/** What every step of one target stands on. */
export interface Ground {
  readonly aws: Aws;
  readonly holder: Holder;
  readonly keys: AccessKeys;
  readonly windows: Windows;
  readonly entry: ConnectEntry<AwsSettings>;
}

/** AWS accepts a clock that is off by this much, so an object of ours may look this much older than its intent. */
const skewMs = 15 * 60_000;

/** The object under our name, if it is ours; throws `Squatter` when it is not, and touches nothing. Null when there is none. */
export async function readOurs(
  { holder }: Ground,
  { intent, facts, calls }: Pick<StepWork, "intent" | "facts" | "calls">,
): Promise<Seen | null> {
  const seen = await holder.read(calls, intent.name);
  if (seen === null) return null;
  const why = notOurs(seen, intent);
  if (why !== null) throw new Squatter(seen.arn, why);
  if (typeof facts.uniqueId === "string" && facts.uniqueId !== seen.uniqueId)
    throw new Squatter(seen.arn, "it was deleted and made again by someone else");
  return seen;
}

/** Why an object under our name is not the one this intent's identity was given; null when it is. */
export function notOurs(seen: Seen, intent: StepWork["intent"]): string | null {
  if (seen.name !== intent.name) return "its name differs in case";
  const mark = markOf(seen.tags);
  if (mark === null) return "it carries no mark of ours";
  if (!sameMark(mark, intent.mark)) return "its mark is not the one of this identity";
  if (Date.parse(seen.createdAt) < Date.parse(intent.markedAt) - skewMs)
    return "it is older than the decision to make it";
  return null;
}

/** As `readOurs`, but the object must be there. Inside the consistency window its absence proves nothing. */
export async function requireOurs(ground: Ground, work: StepWork): Promise<Seen> {
  const seen = await readOurs(ground, work);
  if (seen !== null) return seen;
  if (mayAppear(ground, work.intent.markedAt)) throw notYet(`AWS does not show the ${ground.holder.noun} yet.`);
  throw new TargetFault("not-found", "Missing", `The ${ground.holder.noun} is gone: someone else has deleted it.`);
}

/** True while an object of ours that is not seen may only be late, by AWS's own clock. */
export function mayAppear({ aws, windows }: Ground, markedAt: string): boolean {
  const now = aws.clock();
  return now === null || now < Date.parse(markedAt) + windows.consistency;
}

export const notYet = (sentence: string): TargetFault => new TargetFault("unavailable", "NotYetVisible", sentence);

/** Runs `call`; a NoSuchEntity from AWS becomes *not yet visible*, to be tried again. */
export async function lateIsNotGone<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof TargetFault && error.code === "NoSuchEntity")
      throw notYet("Not every server of AWS knows it yet.");
    throw error;
  }
}

/** Reads until `fine`, four times at most; then the saga comes back later. Replicas of IAM lag behind its writes. */
export async function settle(ground: Ground, sentence: string, fine: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    if (turn > 0) await wait(ground.windows.poll * 2 ** (turn - 1));
    if (await fine()) return;
  }
  throw notYet(sentence);
}

interface Compared {
  readonly held: Held;
  readonly seen: Seen;
  readonly desired: Desired;
  /** Whether the permissions have been attached already. */
  readonly empowered: boolean;
  /** Then being disabled by us is a difference too. */
  readonly enabled?: boolean;
}

/** Tells one document from another in a sentence that does not show it: a further change is another difference. */
const exactly = (document: unknown): string => `(fingerprint ${digest(document).slice(0, 16)})`;

/** Names in one order; those of whom a sentence may have no room for all with their fingerprint before them. */
const listed = (names: readonly string[]): string => {
  const told = names.toSorted().join(", ");
  return told.length <= 200 ? told : `${names.length} ${exactly(told)}: ${told}`;
};

/**
 * How an object of ours differs from its plan, in words; [] = as planned. An object disabled by us does not differ. What differs
 * otherwise than before reads otherwise, also where a document is not shown.
 */
export async function differencesOf(
  { held, seen, desired, empowered, enabled }: Compared,
  calls: Calls,
): Promise<readonly string[]> {
  const names = await held.policies(calls, seen.name);
  const attached = await held.attached(calls, seen.name);
  const allowed = names.includes(permissionsName) ? await held.policy(calls, seen.name, permissionsName) : null;
  const strange = names.filter((name) => name !== permissionsName && name !== disabledName);
  const others = await Promise.all(
    strange.map(async (name) => `${name} ${exactly(await held.policy(calls, seen.name, name))}`),
  );
  const open = seen.trust === null || (await held.isOpen(calls, seen, desired)) || (await held.isClosed(calls, seen));
  const tags = Object.entries(desired.tags).filter(([key, value]) => seen.tags[key] !== value);
  const found: readonly (readonly [boolean, string])[] = [
    [seen.path !== desired.path, `its path is ${seen.path}`],
    [
      seen.boundary !== desired.boundary,
      seen.boundary === null ? "its ceiling is missing" : `its ceiling is ${seen.boundary}`,
    ],
    [!open, `its trust was changed ${exactly(seen.trust)}`],
    [strange.length > 0, `it holds policies of others: ${listed(others)}`],
    [attached.length > 0, `managed policies are attached: ${listed(attached)}`],
    [allowed === null && empowered, "its permissions are missing"],
    [allowed !== null && !equal(allowed, desired.permissions), `its permissions were changed ${exactly(allowed)}`],
    [enabled === true && names.includes(disabledName), "it is disabled"],
    [
      tags.length > 0,
      `tags differ: ${listed(tags.map(([key]) => key))} ${exactly(tags.map(([key]) => seen.tags[key] ?? null))}`,
    ],
  ];
  return found.flatMap(([differs, words]) => (differs ? [words] : []));
}

/** Disabled means: nobody gets in, and whoever is in may do nothing. */
export async function isDisabled(held: Held, calls: Calls, seen: Seen): Promise<boolean> {
  const deny = await held.policy(calls, seen.name, disabledName);
  return deny !== null && equal(deny, denyAll) && (await held.isClosed(calls, seen));
}
