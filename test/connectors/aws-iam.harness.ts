import {
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetRoleCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListRolePoliciesCommand,
  ListUserPoliciesCommand,
  NoSuchEntityException,
  PutUserPolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { awsIam } from "#lib/connectors/aws-iam/index.ts";
import { settingsSchema } from "#lib/connectors/aws-iam/settings.ts";
import { connect } from "#lib/connectors/aws-iam/target.ts";
import type { Harness, Lying } from "#lib/connectors/contract-life.ts";
import type { Charter } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Mark } from "#lib/domain/target.ts";

export const noWindows = { consistency: 0, mint: 0, poll: 1 };

export const charterFor = (object: "role" | "user"): Charter => ({
  name: "settlement-upload",
  blueprint: object === "role" ? "aws-role-ci-pipeline" : "aws-user-access-key",
  target: "payments-aws",
  environment: "prod",
  purpose: "Uploads the nightly settlement file <to> the “finance” bucket.",
  service: "s1",
  team: "t1",
  owner: "p1",
  backup: { team: "t1" },
  endsIt: "p1",
  classification: "internal",
  dataDomains: [],
  binding:
    object === "role"
      ? {
          kind: "github",
          repository: "acme/settlement",
          ownerId: "4711",
          repositoryId: "815",
          subject: { environment: "prod" },
          formats: ["immutable", "names"],
          formatsUntil: "2029-06-01T00:00:00.000Z",
          verified: true,
        }
      : { kind: "workload", runsOn: "settlement job on batch-07" },
  credential: object === "role" ? "federated" : "static",
  rotation: null,
  endsAt: "2030-01-01T00:00:00.000Z",
  retireWhen: [],
  exception: null,
  spec: {},
});

export const specFor = (object: "role" | "user") => ({
  object,
  statements: [{ actions: ["s3:PutObject"], resources: ["arn:{partition}:s3:::finance-settlement/*"] }],
});

export const smallerSpecFor = (object: "role" | "user") => ({
  object,
  statements: [{ actions: ["s3:PutObject"], resources: ["arn:{partition}:s3:::finance-settlement/in/*"] }],
});

interface Server {
  readonly settings: JsonObject;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly object: "role" | "user";
  readonly loseAnswer: ((call: string) => void) | null;
  readonly differs?: Readonly<Record<string, string>>;
}

let serial = 0;

/** The contract's harness over any server that speaks IAM's query protocol; looks at it with a plain SDK client of its own. */
export function harnessOf({
  settings,
  credentials,
  object,
  loseAnswer,
  differs = {},
}: Server): Harness & { iam: IAMClient } {
  const parsed = settingsSchema.parse(settings);
  const iam = new IAMClient({ region: "us-east-1", endpoint: parsed.endpoint ?? "", credentials });
  const entry = { name: "payments-aws", settings: parsed, credentials, windows: noWindows, installation: "contract" };
  return {
    iam,
    connector: awsIam,
    settings: parsed,
    target: connect({ ...entry, markVerify: (mark) => mark.hmac === "genuine" }),
    charter: charterFor(object),
    spec: specFor(object),
    smaller: smallerSpecFor(object),
    storage: object === "role" ? null : { vault: "vault-main", mount: "secret", path: "payments/settlement" },
    now: () => new Date(),
    freshName: () => {
      serial += 1;
      return `charter-prod-settlement-${process.pid}-${serial}`;
    },
    lying: (name) => (object === "role" ? lyingRole(iam, name) : lyingUser(iam, name)),
    squat: (name, mark) => squat({ iam, path: parsed.path, object }, name, mark),
    tamper: (name) => tamper({ iam, object }, name),
    loseAnswer,
    differs,
  };
}

const openTrust = (account: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" }],
  });

async function squat(of: { iam: IAMClient; path: string; object: "role" | "user" }, name: string, mark: Mark | null) {
  const tags = {
    "charter:installation": mark?.installation,
    "charter:intent": mark?.intent,
    "charter:mark": mark && `${mark.key}.${mark.hmac}`,
  };
  const Tags = mark === null ? [] : Object.entries(tags).map(([Key, Value]) => ({ Key, Value: Value ?? "" }));
  if (of.object === "role")
    await of.iam.send(
      new CreateRoleCommand({
        RoleName: name,
        Path: of.path,
        Tags,
        AssumeRolePolicyDocument: openTrust("111122223333"),
      }),
    );
  else await of.iam.send(new CreateUserCommand({ UserName: name, Path: of.path, Tags }));
}

async function tamper({ iam, object }: { iam: IAMClient; object: "role" | "user" }, name: string) {
  if (object === "role")
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: openTrust("999999999999") }));
  else
    await iam.send(
      new PutUserPolicyCommand({
        UserName: name,
        PolicyName: "admin",
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
        }),
      }),
    );
}

const unlessGone = async <T>(read: () => Promise<T>): Promise<T | null> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NoSuchEntityException) return null;
    throw error;
  }
};

const lyingRole = (iam: IAMClient, RoleName: string): Promise<Lying | null> =>
  unlessGone(async () => {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const trust = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "");
    return {
      permissions: PolicyNames.includes("charter-permissions"),
      disabled: trust.includes('"Deny"') && PolicyNames.includes("charter-disabled"),
      liveCredentials: 0,
    };
  });

const lyingUser = (iam: IAMClient, UserName: string): Promise<Lying | null> =>
  unlessGone(async () => {
    const { PolicyNames = [] } = await iam.send(new ListUserPoliciesCommand({ UserName }));
    const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
    const live = AccessKeyMetadata.filter(({ Status }) => Status === "Active").length;
    return {
      permissions: PolicyNames.includes("charter-permissions"),
      disabled: live === 0 && PolicyNames.includes("charter-disabled"),
      liveCredentials: live,
    };
  });

/** Gives a bare account what an installation has: a ceiling and GitHub as identity provider. */
export async function furnish(iam: IAMClient): Promise<{ boundaryArn: string; githubProviderArn: string }> {
  const document = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  });
  const { Policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: "charter-ceiling", PolicyDocument: document }),
  );
  const provider = await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: "https://token.actions.githubusercontent.com",
      ClientIDList: ["sts.amazonaws.com"],
      ThumbprintList: ["6938fd4d98bab03faadb97b34396831e3780aea1"],
    }),
  );
  return { boundaryArn: Policy?.Arn ?? "", githubProviderArn: provider.OpenIDConnectProviderArn ?? "" };
}
