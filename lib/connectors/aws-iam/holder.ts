import type { JsonObject } from "#lib/domain/json.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { Desired } from "./desired.ts";
import type { Tags } from "./tags.ts";

/** A role or user as AWS shows it. */
export interface Seen {
  /** As spelled there: IAM ignores case when it looks a name up. */
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  /** `AROA…` or `AIDA…`: differs when an object was deleted and made again. */
  readonly uniqueId: string;
  readonly createdAt: string;
  readonly boundary: string | null;
  readonly tags: Tags;
  /** Roles only. */
  readonly trust: JsonObject | null;
  readonly lastUsedAt: string | null;
}

/** Inline and managed policies of one holder. */
export interface Policies {
  putPolicy(
    calls: Calls,
    name: string,
    policy: { readonly name: string; readonly document: JsonObject },
  ): Promise<void>;
  /** Null when there is none of that name. */
  policy(calls: Calls, name: string, policy: string): Promise<JsonObject | null>;
  deletePolicy(calls: Calls, name: string, policy: string): Promise<void>;
  policies(calls: Calls, name: string): Promise<readonly string[]>;
  attached(calls: Calls, name: string): Promise<readonly string[]>;
}

/** What a holder has, and whether anybody gets in: all that is compared with a plan. */
export type Held = Pick<Holder, "policies" | "policy" | "attached" | "isClosed" | "isOpen">;

/** What roles and users have in common: something that holds permissions. Calls go out one by one; faults are `TargetFault`. */
export interface Holder extends Policies {
  readonly noun: "role" | "user";
  /** Null when AWS says there is none. */
  read(calls: Calls, name: string): Promise<Seen | null>;
  create(calls: Calls, name: string, of: { readonly desired: Desired; readonly tags: Tags }): Promise<Seen>;
  tag(calls: Calls, name: string, tags: Tags): Promise<void>;
  /** Closes every way in: a role's trust, a user's keys. Sessions that live on are stopped by the `charter-disabled` policy. */
  close(calls: Calls, name: string): Promise<void>;
  /** `keys`: ids of the access keys that are recorded; null where none is known. */
  open(
    calls: Calls,
    name: string,
    of: { readonly desired: Desired; readonly keys: readonly string[] | null },
  ): Promise<void>;
  isClosed(calls: Calls, seen: Seen): Promise<boolean>;
  isOpen(calls: Calls, seen: Seen, desired: Desired): Promise<boolean>;
  /** Takes away what AWS wants gone first, then deletes. Idempotent. */
  remove(calls: Calls, name: string): Promise<void>;
}
