import type { LastUse, UseSubject, UseTold } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { Aws } from "./client.ts";
import { type CredentialReport, credentialReport } from "./credential-report.ts";
import type { Holder } from "./holder.ts";
import { userArn } from "./settings.ts";
import type { AccessKeys } from "./user.ts";

/** AWS tells of use within four hours, and writes a new credential report at most once in four. */
const lagMinutes = 240;
/** AWS keeps track of keys since 22 April 2015, and of roles over the last 400 days. */
const keysTracked = new Date("2015-04-22T00:00:00.000Z");
const rolesTrackedMs = 400 * 86_400_000;
/** From so many keys on, one report costs less than a call for each. */
const manyKeys = 20;
/** Calls under way at once; the gate decides how fast they leave. */
const side = 8;

interface Asked {
  readonly aws: Aws;
  readonly keys: AccessKeys;
  readonly roles: Holder;
}

/** Last use of access keys and roles. Uses that AWS refused count too: the credential was in somebody's hands. */
export function lastUse({ aws, keys, roles }: Asked): LastUse {
  const reportOf = keptReport(aws);
  const ofKey = async (subject: UseSubject, calls: Calls): Promise<UseTold> => {
    const at = await unlessUnknown(() => keys.lastUsedAt(calls, subject.externalId));
    if (at === undefined) return { subject, signal: null };
    return told(subject, { source: "AWS: access key last used", lastUsedAt: dateOf(at), seesSince: keysTracked });
  };
  const ofRole = async (subject: UseSubject, calls: Calls): Promise<UseTold> => {
    const seen = await roles.read(calls, subject.name);
    if (seen === null) return { subject, signal: null };
    const seesSince = new Date((aws.clock() ?? subject.since.getTime()) - rolesTrackedMs);
    return told(subject, { source: "AWS: role last used", lastUsedAt: dateOf(seen.lastUsedAt), seesSince });
  };
  return {
    everyMinutes: lagMinutes,
    tell: async (asked, calls) => {
      const held = asked.filter(({ kind }) => kind === "credential");
      const report = held.length > manyKeys ? await reportOf(calls) : null;
      const now = aws.clock();
      return inTurns(asked, async (subject) => {
        if (subject.kind === "object") return isRole(subject) ? ofRole(subject, calls) : { subject, signal: null };
        return (
          (report && fromReport(report, { subject, arn: userArn(aws.settings, subject.name), now })) ??
          ofKey(subject, calls)
        );
      });
    },
  };
}

/** AWS says of a key that is gone, and of one it keeps from us, the same: refused. Then it tells nothing of it. */
async function unlessUnknown<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof TargetFault && (error.kind === "denied" || error.kind === "not-found")) return undefined;
    throw error;
  }
}

const isRole = ({ externalId }: UseSubject): boolean => externalId.includes(":role/");

/** The account's report, read again only once AWS may have a newer one. Null without the right to it: then each key is asked for. */
function keptReport(aws: Aws): (calls: Calls) => Promise<CredentialReport | null> {
  let kept: CredentialReport | null = null;
  return async (calls) => {
    const now = aws.clock();
    if (kept !== null && now !== null && now < kept.generatedAt.getTime() + lagMinutes * 60_000) return kept;
    kept = (await unlessUnknown(() => credentialReport(aws, calls))) ?? null;
    return kept;
  };
}

/** Null where the report cannot tell which of two keys is meant, or is older than the key. */
function fromReport(
  { generatedAt, keys }: CredentialReport,
  { subject, arn, now }: { readonly subject: UseSubject; readonly arn: string; readonly now: number | null },
): UseTold | null {
  const [key, second] = (keys.get(arn) ?? []).filter(({ active }) => active);
  if (key === undefined || second !== undefined || subject.since >= generatedAt) return null;
  const age = Math.max(0, Math.round(((now ?? generatedAt.getTime()) - generatedAt.getTime()) / 60_000));
  const signal = { source: "AWS: credential report", lastUsedAt: key.lastUsedAt, seesSince: keysTracked };
  return { subject, signal: { ...signal, lagMinutes: lagMinutes + age } };
}

const told = (subject: UseSubject, signal: Omit<NonNullable<UseTold["signal"]>, "lagMinutes">): UseTold => ({
  subject,
  signal: { ...signal, lagMinutes },
});

const dateOf = (text: string | null): Date | null => (text === null ? null : new Date(text));

async function inTurns<T, R>(list: readonly T[], one: (item: T) => Promise<R>): Promise<readonly R[]> {
  const done: R[] = [];
  for (let from = 0; from < list.length; from += side)
    done.push(...(await Promise.all(list.slice(from, from + side).map(one))));
  return done;
}
