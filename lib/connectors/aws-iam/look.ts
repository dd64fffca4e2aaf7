import { ListRolesCommand, ListRoleTagsCommand, ListUsersCommand, ListUserTagsCommand } from "@aws-sdk/client-iam";
import type { Intent, Observed, ObservedObject } from "#lib/connectors/connector.ts";
import type { Calls } from "#lib/domain/target.ts";
import { checkPath } from "./check.ts";
import type { Aws } from "./client.ts";
import { desiredOf } from "./desired.ts";
import { equal } from "./documents.ts";
import { differencesOf, type Ground, isDisabled, mayAppear, notOurs } from "./ground.ts";
import type { Held, Seen } from "./holder.ts";
import { seen as seenRole } from "./role.ts";
import { fromTagList, markOf, type Tags } from "./tags.ts";
import { denyTrust } from "./trust.ts";
import { type AccessKeys, type KeySeen, seen as seenUser } from "./user.ts";

/** Reads an identity's object back and compares it with the plan it was last given. */
export async function observe(ground: Ground, intent: Intent, calls: Calls): Promise<Observed> {
  const seen = await ground.holder.read(calls, intent.name);
  if (seen === null) return { state: mayAppear(ground, intent.markedAt) ? "unknown-yet" : "absent" };
  return judge(ground.holder, { seen, intent }, calls);
}

/** Compares what is there with the plan, by whatever means it is read. */
export async function judge(
  held: Held,
  { seen, intent }: { readonly seen: Seen; readonly intent: Intent },
  calls: Calls,
): Promise<Observed> {
  const why = notOurs(seen, intent);
  if (why !== null) return { state: "not-ours", why };
  const desired = desiredOf(intent.plan);
  const differences = await differencesOf({ held, seen, desired, empowered: true }, calls);
  const enabled = !(await isDisabled(held, calls, seen));
  return { state: "ours", externalId: seen.arn, enabled, differences };
}

/** Every role and user under the target's path, page by page, ours or not; throwaway objects of checks are left out. */
export async function* discover(
  of: { readonly aws: Aws; readonly keys: AccessKeys },
  calls: Calls,
): AsyncIterable<ObservedObject> {
  const { aws, keys: accessKeys } = of;
  const skip = checkPath(aws.settings);
  yield* sideBySide(listRoles(aws, calls), async (role) => {
    if (role.path.startsWith(skip)) return null;
    const tags = await roleTags(aws, calls, role.name);
    return objectOf({ ...role, tags }, { kind: "role", keys: [] });
  });
  yield* sideBySide(listUsers(aws, calls), async (user) => {
    if (user.path.startsWith(skip)) return null;
    const [tags, keys] = await Promise.all([userTags(aws, calls, user.name), accessKeys.list(calls, user.name)]);
    return objectOf({ ...user, tags }, { kind: "user", keys });
  });
}

/** Objects that are read further at once; how fast is up to the target's gate. */
const most = 4;

/** Reads each further, several at a time, and yields them in their order; null leaves one out. */
export async function* sideBySide<T, U>(all: AsyncIterable<T>, read: (one: T) => Promise<U | null>): AsyncIterable<U> {
  const under: Promise<U | null>[] = [];
  const first = async () => (await under.shift()) ?? null;
  for await (const one of all) {
    const reading = read(one);
    // Awaited in its turn below, and of no interest once one before it has failed.
    reading.catch(() => undefined);
    under.push(reading);
    const due = under.length < most ? null : await first();
    if (due !== null) yield due;
  }
  while (under.length > 0) {
    const due = await first();
    if (due !== null) yield due;
  }
}

/** An object as a listing tells of it. */
export const objectOf = (
  { name, arn, createdAt, tags, trust }: Seen,
  { kind, keys }: { readonly kind: "role" | "user"; readonly keys: readonly KeySeen[] },
): ObservedObject => ({
  ...{ kind, name, externalId: arn, createdAt: createdAt || null, mark: markOf(tags) },
  enabled: kind === "role" ? trust !== null && !equal(trust, denyTrust) : keys.some(({ active }) => active),
  credentials: keys,
});

async function* listRoles(aws: Aws, calls: Calls): AsyncIterable<Seen> {
  let Marker: string | undefined;
  do {
    const page = await aws.read(calls, "iam:ListRoles", (options) =>
      aws.iam.send(
        new ListRolesCommand({
          PathPrefix: aws.settings.path,
          MaxItems: 100,
          ...(Marker === undefined ? {} : { Marker }),
        }),
        options,
      ),
    );
    yield* (page.Roles ?? []).map(seenRole);
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
}

async function* listUsers(aws: Aws, calls: Calls): AsyncIterable<Seen> {
  let Marker: string | undefined;
  do {
    const page = await aws.read(calls, "iam:ListUsers", (options) =>
      aws.iam.send(
        new ListUsersCommand({
          PathPrefix: aws.settings.path,
          MaxItems: 100,
          ...(Marker === undefined ? {} : { Marker }),
        }),
        options,
      ),
    );
    yield* (page.Users ?? []).map(seenUser);
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
}

const roleTags = (aws: Aws, calls: Calls, RoleName: string): Promise<Tags> =>
  aws.read(calls, "iam:ListRoleTags", async (options) =>
    fromTagList((await aws.iam.send(new ListRoleTagsCommand({ RoleName }), options)).Tags),
  );

const userTags = (aws: Aws, calls: Calls, UserName: string): Promise<Tags> =>
  aws.read(calls, "iam:ListUserTags", async (options) =>
    fromTagList((await aws.iam.send(new ListUserTagsCommand({ UserName }), options)).Tags),
  );
