import {
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListUserPoliciesCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  TagUserCommand,
  UpdateAccessKeyCommand,
  type User,
  type UserDetail,
} from "@aws-sdk/client-iam";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { Aws } from "./client.ts";
import { documentOf } from "./documents.ts";
import { unlessMissing } from "./faults.ts";
import type { Holder, Policies, Seen } from "./holder.ts";
import { asTagList, fromTagList } from "./tags.ts";

export interface KeySeen {
  readonly id: string;
  readonly active: boolean;
  readonly createdAt: string | null;
}

/** A user's access keys. Every call names the user: without it AWS would act on the worker's own keys. */
export interface AccessKeys {
  list(calls: Calls, user: string): Promise<readonly KeySeen[]>;
  setActive(calls: Calls, user: string, key: { readonly id: string; readonly active: boolean }): Promise<void>;
  /** `deleted` on AWS's own word; `absent` when it knows no such key. */
  remove(calls: Calls, user: string, id: string): Promise<"deleted" | "absent">;
  /** When AWS last saw it used, in any service; null: never. AWS may be hours late. */
  lastUsedAt(calls: Calls, id: string): Promise<string | null>;
}

export const accessKeys = (aws: Aws): AccessKeys => ({
  list: (calls, UserName) =>
    aws.read(calls, "iam:ListAccessKeys", async (options) => {
      const listed = await aws.iam.send(new ListAccessKeysCommand({ UserName, MaxItems: 1000 }), options);
      return (listed.AccessKeyMetadata ?? []).map(({ AccessKeyId, Status, CreateDate }) => ({
        id: AccessKeyId ?? "",
        active: Status === "Active",
        createdAt: CreateDate?.toISOString() ?? null,
      }));
    }),
  setActive: (calls, UserName, { id, active }) =>
    aws.change(calls, "iam:UpdateAccessKey", async (options) => {
      const Status = active ? "Active" : "Inactive";
      await aws.iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId: id, Status }), options);
    }),
  remove: (calls, UserName, AccessKeyId) =>
    unlessMissing(
      () =>
        aws.change(calls, "iam:DeleteAccessKey", async (options) => {
          await aws.iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }), options);
          return "deleted" as const;
        }),
      "absent" as const,
    ),
  lastUsedAt: (calls, AccessKeyId) =>
    aws.read(calls, "iam:GetAccessKeyLastUsed", async (options) => {
      const { AccessKeyLastUsed } = await aws.iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }), options);
      return AccessKeyLastUsed?.LastUsedDate?.toISOString() ?? null;
    }),
});

/** IAM users as holders. */
export const users = (aws: Aws, keys: AccessKeys): Holder => {
  const policies = policiesOf(aws);
  const parts = { aws, keys, policies };
  return {
    noun: "user",
    ...objects(aws),
    ...policies,
    ...doors(keys),
    remove: (calls, name) => remove(parts, calls, name),
  };
};

const objects = (aws: Aws): Pick<Holder, "read" | "create" | "tag"> => ({
  read: (calls, UserName) =>
    unlessMissing(
      () =>
        aws.read(calls, "iam:GetUser", async (options) =>
          seen((await aws.iam.send(new GetUserCommand({ UserName }), options)).User),
        ),
      null,
    ),
  create: (calls, UserName, { desired, tags }) =>
    aws.change(calls, "iam:CreateUser", async (options) => {
      const made = await aws.iam.send(
        new CreateUserCommand({
          UserName,
          Path: desired.path,
          Tags: asTagList(tags),
          ...(desired.boundary === null ? {} : { PermissionsBoundary: desired.boundary }),
        }),
        options,
      );
      return seen(made.User);
    }),
  tag: (calls, UserName, tags) =>
    aws.change(calls, "iam:TagUser", async (options) => {
      await aws.iam.send(new TagUserCommand({ UserName, Tags: asTagList(tags) }), options);
    }),
});

const policiesOf = (aws: Aws): Policies => ({
  putPolicy: (calls, UserName, { name, document }) =>
    aws.change(calls, "iam:PutUserPolicy", async (options) => {
      const PolicyDocument = JSON.stringify(document);
      await aws.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: name, PolicyDocument }), options);
    }),
  policy: (calls, UserName, PolicyName) =>
    unlessMissing(
      () =>
        aws.read(calls, "iam:GetUserPolicy", async (options) =>
          documentOf((await aws.iam.send(new GetUserPolicyCommand({ UserName, PolicyName }), options)).PolicyDocument),
        ),
      null,
    ),
  deletePolicy: (calls, UserName, PolicyName) =>
    unlessMissing(
      () =>
        aws.change(calls, "iam:DeleteUserPolicy", async (options) => {
          await aws.iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }), options);
        }),
      undefined,
    ),
  policies: (calls, UserName) =>
    aws.read(calls, "iam:ListUserPolicies", async (options) => {
      const listed = await aws.iam.send(new ListUserPoliciesCommand({ UserName, MaxItems: 1000 }), options);
      return listed.PolicyNames ?? [];
    }),
  attached: (calls, UserName) =>
    aws.read(calls, "iam:ListAttachedUserPolicies", async (options) => {
      const listed = await aws.iam.send(new ListAttachedUserPoliciesCommand({ UserName, MaxItems: 1000 }), options);
      return (listed.AttachedPolicies ?? []).map(({ PolicyArn }) => PolicyArn ?? "");
    }),
});

/** A user is open to whoever holds one of its active keys. */
const doors = (keys: AccessKeys): Pick<Holder, "close" | "open" | "isClosed" | "isOpen"> => ({
  close: async (calls, name) => {
    for (const { id, active } of await keys.list(calls, name))
      if (active) await keys.setActive(calls, name, { id, active: false });
  },
  open: async (calls, name, { keys: recorded }) => {
    const held = await keys.list(calls, name);
    if (recorded === null ? held.length > 1 : held.some(({ id }) => !recorded.includes(id)))
      throw new TargetFault(
        "conflict",
        "UnknownKey",
        "The user holds an access key that is not recorded; only recorded ones may be enabled.",
      );
    for (const { id, active } of held) if (!active) await keys.setActive(calls, name, { id, active: true });
  },
  ...doorsOf(keys.list),
});

/** Whether all keys of a user work, or none. */
export const doorsOf = (list: AccessKeys["list"]): Pick<Holder, "isClosed" | "isOpen"> => ({
  isClosed: async (calls, { name }) => (await list(calls, name)).every(({ active }) => !active),
  isOpen: async (calls, { name }) => (await list(calls, name)).every(({ active }) => active),
});

interface Parts {
  readonly aws: Aws;
  readonly policies: Policies;
  readonly keys: AccessKeys;
}

/** AWS's order: keys, inline policies, managed policies, groups, the user. What only a stranger can have added (a password, a certificate) stops it. */
async function remove({ aws, policies, keys }: Parts, calls: Calls, UserName: string): Promise<void> {
  const { iam } = aws;
  const listed = await unlessMissing(() => keys.list(calls, UserName), null);
  if (listed === null) return;
  for (const { id } of listed) await keys.remove(calls, UserName, id);
  for (const policy of await policies.policies(calls, UserName)) await policies.deletePolicy(calls, UserName, policy);
  for (const PolicyArn of await policies.attached(calls, UserName))
    await aws.change(calls, "iam:DetachUserPolicy", (options) =>
      iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn }), options),
    );
  const groups = await aws.read(calls, "iam:ListGroupsForUser", (options) =>
    iam.send(new ListGroupsForUserCommand({ UserName }), options),
  );
  for (const { GroupName } of groups.Groups ?? [])
    await aws.change(calls, "iam:RemoveUserFromGroup", (options) =>
      iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName }), options),
    );
  try {
    await unlessMissing(
      () => aws.change(calls, "iam:DeleteUser", (options) => iam.send(new DeleteUserCommand({ UserName }), options)),
      null,
    );
  } catch (error) {
    if (!(error instanceof TargetFault && error.code === "DeleteConflict")) throw error;
    throw new TargetFault("conflict", error.code, strangersAdditions);
  }
}

const strangersAdditions =
  "Someone gave the user a password, a certificate or a device that AWS wants gone first: take it off there.";

/** A user as the SDK gives it, also from a list (which leaves tags and ceiling out) and from an account's details. */
export const seen = (user: Partial<User> | UserDetail | undefined): Seen => ({
  name: user?.UserName ?? "",
  path: user?.Path ?? "",
  arn: user?.Arn ?? "",
  uniqueId: user?.UserId ?? "",
  createdAt: user?.CreateDate?.toISOString() ?? "",
  boundary: user?.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
  tags: fromTagList(user?.Tags),
  trust: null,
  lastUsedAt: null,
});
