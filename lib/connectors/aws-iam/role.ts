import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  type Role,
  type RoleDetail,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { Aws } from "./client.ts";
import { documentOf, equal } from "./documents.ts";
import { unlessMissing } from "./faults.ts";
import type { Holder, Policies, Seen } from "./holder.ts";
import { asTagList, fromTagList } from "./tags.ts";
import { denyTrust } from "./trust.ts";

/** IAM roles as holders. */
export const roles = (aws: Aws): Holder => {
  const policies = policiesOf(aws);
  return {
    noun: "role",
    ...objects(aws),
    ...policies,
    ...doors(aws),
    remove: (calls, name) => remove({ aws, policies }, calls, name),
  };
};

const objects = (aws: Aws): Pick<Holder, "read" | "create" | "tag"> => ({
  read: (calls, RoleName) =>
    unlessMissing(
      () =>
        aws.read(calls, "iam:GetRole", async (options) =>
          seen((await aws.iam.send(new GetRoleCommand({ RoleName }), options)).Role),
        ),
      null,
    ),
  create: (calls, RoleName, { desired, tags }) =>
    aws.change(calls, "iam:CreateRole", async (options) => {
      const made = await aws.iam.send(
        new CreateRoleCommand({
          RoleName,
          Path: desired.path,
          AssumeRolePolicyDocument: JSON.stringify(desired.trust),
          MaxSessionDuration: desired.sessionSeconds,
          Tags: asTagList(tags),
          ...(desired.boundary === null ? {} : { PermissionsBoundary: desired.boundary }),
        }),
        options,
      );
      return seen(made.Role);
    }),
  tag: (calls, RoleName, tags) =>
    aws.change(calls, "iam:TagRole", async (options) => {
      await aws.iam.send(new TagRoleCommand({ RoleName, Tags: asTagList(tags) }), options);
    }),
});

const policiesOf = (aws: Aws): Policies => ({
  putPolicy: (calls, RoleName, { name, document }) =>
    aws.change(calls, "iam:PutRolePolicy", async (options) => {
      const PolicyDocument = JSON.stringify(document);
      await aws.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: name, PolicyDocument }), options);
    }),
  policy: (calls, RoleName, PolicyName) =>
    unlessMissing(
      () =>
        aws.read(calls, "iam:GetRolePolicy", async (options) =>
          documentOf((await aws.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }), options)).PolicyDocument),
        ),
      null,
    ),
  deletePolicy: (calls, RoleName, PolicyName) =>
    unlessMissing(
      () =>
        aws.change(calls, "iam:DeleteRolePolicy", async (options) => {
          await aws.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }), options);
        }),
      undefined,
    ),
  policies: (calls, RoleName) =>
    aws.read(calls, "iam:ListRolePolicies", async (options) => {
      const listed = await aws.iam.send(new ListRolePoliciesCommand({ RoleName, MaxItems: 1000 }), options);
      return listed.PolicyNames ?? [];
    }),
  attached: (calls, RoleName) =>
    aws.read(calls, "iam:ListAttachedRolePolicies", async (options) => {
      const listed = await aws.iam.send(new ListAttachedRolePoliciesCommand({ RoleName, MaxItems: 1000 }), options);
      return (listed.AttachedPolicies ?? []).map(({ PolicyArn }) => PolicyArn ?? "");
    }),
});

/** A role is open to whom its trust admits. */
function doors(aws: Aws): Pick<Holder, "close" | "open" | "isClosed" | "isOpen"> {
  const setTrust = (calls: Calls, RoleName: string, trust: JsonObject) =>
    aws.change(calls, "iam:UpdateAssumeRolePolicy", async (options) => {
      await aws.iam.send(
        new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(trust) }),
        options,
      );
    });
  return {
    close: (calls, name) => setTrust(calls, name, denyTrust),
    open: (calls, name, { desired }) => setTrust(calls, name, desired.trust ?? denyTrust),
    isClosed: async (_, { trust }) => equal(trust, denyTrust),
    isOpen: async (_, { trust }, desired) => equal(trust, desired.trust),
  };
}

/** AWS's order: instance profiles, managed policies, inline policies, the role. */
async function remove(
  { aws, policies }: { aws: Aws; policies: Policies },
  calls: Calls,
  RoleName: string,
): Promise<void> {
  const { iam } = aws;
  const profiles = await unlessMissing(
    () =>
      aws.read(calls, "iam:ListInstanceProfilesForRole", (options) =>
        iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }), options),
      ),
    null,
  );
  if (profiles === null) return;
  for (const { InstanceProfileName } of profiles.InstanceProfiles ?? [])
    await aws.change(calls, "iam:RemoveRoleFromInstanceProfile", (options) =>
      iam.send(new RemoveRoleFromInstanceProfileCommand({ RoleName, InstanceProfileName }), options),
    );
  for (const PolicyArn of await policies.attached(calls, RoleName))
    await aws.change(calls, "iam:DetachRolePolicy", (options) =>
      iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }), options),
    );
  for (const policy of await policies.policies(calls, RoleName)) await policies.deletePolicy(calls, RoleName, policy);
  await unlessMissing(
    () => aws.change(calls, "iam:DeleteRole", (options) => iam.send(new DeleteRoleCommand({ RoleName }), options)),
    null,
  );
}

/** A role as the SDK gives it, also from a list (which leaves tags and ceiling out) and from an account's details. */
export const seen = (role: Partial<Role> | RoleDetail | undefined): Seen => ({
  name: role?.RoleName ?? "",
  path: role?.Path ?? "",
  arn: role?.Arn ?? "",
  uniqueId: role?.RoleId ?? "",
  createdAt: role?.CreateDate?.toISOString() ?? "",
  boundary: role?.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
  tags: fromTagList(role?.Tags),
  trust: documentOf(role?.AssumeRolePolicyDocument),
  lastUsedAt: role?.RoleLastUsed?.LastUsedDate?.toISOString() ?? null,
});
