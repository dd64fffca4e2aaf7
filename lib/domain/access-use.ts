import { daysUnused, sayLag } from "./last-use.ts";

/** What a source told of one service that an identity may use. Instants as ISO text, so that it can be kept as JSON. */
export type ServiceTold = {
  /** What the names of its actions begin with, before a colon, as `reach` names them. */
  readonly service: string;
  /** Newest use of any of its actions; null: it told of none. */
  readonly lastUsedAt: string | null;
  /** The actions it tells of one by one; null where it tells of the service alone. */
  readonly actions: readonly { readonly action: string; readonly lastUsedAt: string | null }[] | null;
  /** Actions whose use leaves no trace under this service, so that its silence says nothing of them. */
  readonly untraced: readonly string[];
};

/** What a source told of everything that one identity may use. */
export interface AccessTold {
  /** In words: "AWS: last accessed information". */
  readonly source: string;
  readonly services: readonly ServiceTold[];
  /** Since when it would have told of any use of what it tells of. */
  readonly seesSince: Date;
  readonly lagMinutes: number;
  readonly observedAt: Date;
}

/**
 * What is known of the use of one action. `service-used`: the service was used, and which of its actions is not told. `too-soon`:
 * not seen, and watched for less than a day.
 */
export type ActionUse =
  | { readonly said: "used" | "service-used"; readonly at: string }
  | { readonly said: "not-seen"; readonly days: number }
  | { readonly said: "too-soon" | "not-told" };

/** Since when one action could have been used: what happened to the identity's objects last; null where nobody knows. */
type Changed = Date | null;

/** What a source's answer says of one action; nothing of one that it does not name is ever called unused. */
export function actionUse(action: string, told: AccessTold, changed: Changed): ActionUse {
  const name = action.toLowerCase();
  const service = told.services.find((one) => name.startsWith(`${one.service.toLowerCase()}:`));
  if (service === undefined || service.untraced.some((one) => one.toLowerCase() === name)) return { said: "not-told" };
  const own = service.actions?.find((one) => one.action.toLowerCase() === name);
  if (own !== undefined) return own.lastUsedAt === null ? silence(told, changed) : { said: "used", at: own.lastUsedAt };
  return service.lastUsedAt === null ? silence(told, changed) : { said: "service-used", at: service.lastUsedAt };
}

function silence({ seesSince, lagMinutes, observedAt }: AccessTold, changed: Changed): ActionUse {
  if (changed === null) return { said: "not-told" };
  const unusedSince = changed > seesSince ? changed : seesSince;
  const days = daysUnused({ unusedSince, knownUntil: new Date(observedAt.getTime() - lagMinutes * 60_000) }) ?? 0;
  return days < 1 ? { said: "too-soon" } : { said: "not-seen", days };
}

/** How late, in a word beside a time: "≤ 4 h late". */
export const lagBeside = (minutes: number): string => sayLag(minutes).replace("up to", "≤");
