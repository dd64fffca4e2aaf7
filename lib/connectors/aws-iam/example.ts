import type { JsonObject } from "#lib/domain/json.ts";

const account = "111122223333";
const inPath = [`arn:aws:iam::${account}:role/charter/*`, `arn:aws:iam::${account}:user/charter/*`];
const boundary = `arn:aws:iam::${account}:policy/charter-ceiling`;

/** What an entry in the worker's configuration file looks like. Without credentials the worker uses the SDK's default chain. */
const settings: JsonObject = {
  accountId: account,
  partition: "aws",
  region: "eu-central-1",
  path: "/charter/",
  boundaryArn: boundary,
  githubProviderArn: `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`,
};
const credentials: JsonObject = {
  accessKeyId: "env:PAYMENTS_AWS_KEY_ID",
  secretAccessKey: "file:/etc/charter/payments-aws.key",
};

const reads = [
  "iam:ListRoles",
  "iam:ListUsers",
  "iam:GetAccountAuthorizationDetails",
  "iam:GetPolicy",
  "iam:GetOpenIDConnectProvider",
  "iam:GenerateCredentialReport",
  "iam:GetCredentialReport",
  "iam:GetServiceLastAccessedDetails",
  "sts:GetCallerIdentity",
];
const objects = [
  "GetRole ListRoleTags TagRole UntagRole UpdateAssumeRolePolicy DeleteRole GetRolePolicy ListRolePolicies",
  "ListAttachedRolePolicies DeleteRolePolicy DetachRolePolicy ListInstanceProfilesForRole DetachUserPolicy GetUser ListUserTags TagUser UntagUser DeleteUser GetUserPolicy",
  "ListUserPolicies ListAttachedUserPolicies DeleteUserPolicy ListGroupsForUser ListAccessKeys CreateAccessKey",
  "UpdateAccessKey DeleteAccessKey GetAccessKeyLastUsed GenerateServiceLastAccessedDetails",
].flatMap((line) => line.split(" ").map((name) => `iam:${name}`));

/** What the worker's own principal needs at AWS, and what it must never be able to do. */
const policy = {
  Version: "2012-10-17",
  Statement: [
    { Sid: "Look", Effect: "Allow", Action: reads, Resource: "*" },
    {
      Sid: "CreateMarkedUnderTheCeiling",
      Effect: "Allow",
      Action: ["iam:CreateRole", "iam:CreateUser"],
      Resource: inPath,
      Condition: {
        StringEquals: { "iam:PermissionsBoundary": boundary },
        Null: { "aws:RequestTag/charter:installation": "false" },
      },
    },
    {
      Sid: "EmpowerUnderTheCeiling",
      Effect: "Allow",
      Action: ["iam:PutRolePolicy", "iam:PutUserPolicy"],
      Resource: inPath,
      Condition: { StringEquals: { "iam:PermissionsBoundary": boundary } },
    },
    { Sid: "KeepWhatIsOurs", Effect: "Allow", Action: objects, Resource: inPath },
    {
      Sid: "TakeThemOutOfWhatStrangersPutThemIn",
      Effect: "Allow",
      Action: ["iam:RemoveRoleFromInstanceProfile", "iam:RemoveUserFromGroup"],
      Resource: [`arn:aws:iam::${account}:instance-profile/*`, `arn:aws:iam::${account}:group/*`],
    },
    {
      Sid: "NeverLiftTheCeiling",
      Effect: "Deny",
      Action: [
        "iam:DeleteRolePermissionsBoundary",
        "iam:DeleteUserPermissionsBoundary",
        "iam:PutRolePermissionsBoundary",
        "iam:PutUserPermissionsBoundary",
        "iam:CreatePolicyVersion",
        "iam:SetDefaultPolicyVersion",
        "iam:DeletePolicy",
        "iam:AttachRolePolicy",
        "iam:AttachUserPolicy",
        "iam:PassRole",
      ],
      Resource: "*",
    },
    { Sid: "NeverBecomeWhatItMakes", Effect: "Deny", Action: "sts:AssumeRole", Resource: inPath[0] },
  ],
};

export const example = { settings, credentials, policy: JSON.stringify(policy, null, 2) };
