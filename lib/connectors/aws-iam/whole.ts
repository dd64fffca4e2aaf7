import type { RoleDetail, UserDetail } from "@aws-sdk/client-iam";
import type { Intent, Observed, Whole } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls } from "#lib/domain/target.ts";
import { accountDetails, heldOf } from "./account-details.ts";
import { checkPath } from "./check.ts";
import { makesUser } from "./flow.ts";
import type { Ground } from "./ground.ts";
import type { Held, Seen } from "./holder.ts";
import { judge, objectOf, sideBySide } from "./look.ts";
import { seen as seenRole } from "./role.ts";
import { doorsOf, type KeySeen, seen as seenUser } from "./user.ts";

interface Read {
  readonly kind: "role" | "user";
  readonly seen: Seen;
  readonly held: Held;
  readonly keys: readonly KeySeen[];
}

/**
 * The account's details in pages of a thousand, and the access keys of each user of these names: one call a user instead of six.
 * Null when AWS refuses the worker the right to it. Any other fault, on whatever page, leaves nothing known.
 */
export async function readWhole(
  as: { readonly role: Ground; readonly user: Ground },
  calls: Calls,
  of: ReadonlySet<string>,
): Promise<Whole | null> {
  const read: Read[] = [];
  try {
    for await (const one of sideBySide(entriesOf(as.role, calls), (entry) => readEntry(as, { entry, of }, calls)))
      read.push(one);
  } catch (error) {
    if (error instanceof TargetFault && error.kind === "denied") return null;
    throw error;
  }
  const wanted = read.filter(({ seen }) => of.has(seen.name));
  const byName = new Map(wanted.map((one) => [`${one.kind} ${one.seen.name}`, one]));
  return {
    objects: read.map(({ seen, kind, keys }) => objectOf(seen, { kind, keys })),
    observe: async (intent: Intent): Promise<Observed | null> => {
      const one = byName.get(`${makesUser(intent.plan) ? "user" : "role"} ${intent.name}`);
      return one === undefined ? null : judge(one.held, { seen: one.seen, intent }, calls);
    },
  };
}

type Entry = { readonly role: RoleDetail } | { readonly user: UserDetail };

/** What lies under the target's path, throwaway objects of checks left out. */
async function* entriesOf({ aws }: Ground, calls: Calls): AsyncIterable<Entry> {
  const ours = (path = "") => path.startsWith(aws.settings.path) && !path.startsWith(checkPath(aws.settings));
  for await (const { roles, users } of accountDetails(aws, calls)) {
    for (const role of roles) if (ours(role.Path)) yield { role };
    for (const user of users) if (ours(user.Path)) yield { user };
  }
}

async function readEntry(
  as: { readonly role: Ground; readonly user: Ground },
  { entry, of }: { readonly entry: Entry; readonly of: ReadonlySet<string> },
  calls: Calls,
): Promise<Read> {
  if ("role" in entry) {
    const { role } = entry;
    const { isClosed, isOpen } = as.role.holder;
    const held = { ...heldOf(role.RolePolicyList, role.AttachedManagedPolicies), isClosed, isOpen };
    return { kind: "role", seen: seenRole(role), held, keys: [] };
  }
  const { user } = entry;
  const name = user.UserName ?? "";
  const keys = of.has(name) ? await as.user.keys.list(calls, name) : [];
  const held = { ...heldOf(user.UserPolicyList, user.AttachedManagedPolicies), ...doorsOf(async () => keys) };
  return { kind: "user", seen: seenUser(user), held, keys };
}
