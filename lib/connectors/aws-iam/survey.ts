import type { RoleDetail, UserDetail } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Survey } from "#lib/connectors/connector.ts";
import type { EstateIdentity, EstateKey } from "#lib/domain/estate.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls } from "#lib/domain/target.ts";
import { accountDetails } from "./account-details.ts";
import type { Aws } from "./client.ts";
import { type CredentialReport, credentialReport, type ReportedKey } from "./credential-report.ts";
import { documentOf } from "./documents.ts";
import { openTrust } from "./open-trust.ts";
import { fromTagList } from "./tags.ts";

const lagMinutes = 4 * 60;
const dayMs = 86_400_000;
/** AWS keeps a role's last use for 400 days. */
const roleWindowMs = 400 * dayMs;
/** AWS has told the last use of access keys since then. */
const keysSince = new Date("2015-04-22T00:00:00Z");

/**
 * Every role and user of the whole account, whoever made it, with keys, last use and trust: the account's details in pages
 * of a thousand and the credential report, so that the number of calls hardly grows with the account. Changes nothing.
 */
export async function survey(aws: Aws, calls: Calls): Promise<Survey> {
  const who = await aws.read(calls, "sts:GetCallerIdentity", (options) =>
    aws.sts.send(new GetCallerIdentityCommand({}), options),
  );
  const report = await readableReport(aws, calls);
  const unread =
    report === null
      ? ["the keys of users: grant iam:GenerateCredentialReport and iam:GetCredentialReport to see their age and use."]
      : [];
  return {
    of: `AWS account ${who.Account ?? "unknown"}`,
    by: who.Arn ?? "unknown",
    unread,
    identities: identitiesOf(aws, calls, report),
  };
}

/** Null when this principal may not read it. */
async function readableReport(aws: Aws, calls: Calls): Promise<CredentialReport | null> {
  try {
    return await credentialReport(aws, calls);
  } catch (error) {
    if (error instanceof TargetFault && error.kind === "denied") return null;
    throw error;
  }
}

async function* identitiesOf(aws: Aws, calls: Calls, report: CredentialReport | null): AsyncIterable<EstateIdentity> {
  for await (const { roles, users } of accountDetails(aws, calls)) {
    const observedAt = new Date(aws.clock() ?? report?.generatedAt ?? 0);
    for (const role of roles) yield roleOf(role, observedAt);
    for (const user of users) yield userOf(user, report);
  }
}

const roleOf = (role: RoleDetail, observedAt: Date): EstateIdentity => ({
  kind: "role",
  name: role.RoleName ?? "",
  externalId: role.Arn ?? "",
  createdAt: role.CreateDate ?? null,
  labels: fromTagList(role.Tags),
  vendors: (role.Path ?? "").startsWith("/aws-service-role/"),
  signal: {
    source: "AWS: role last used",
    lastUsedAt: role.RoleLastUsed?.LastUsedDate ?? null,
    seesSince: new Date(observedAt.getTime() - roleWindowMs),
    ...{ lagMinutes, observedAt },
  },
  keys: [],
  openTo: openTrust(documentOf(role.AssumeRolePolicyDocument)),
});

const userOf = (user: UserDetail, report: CredentialReport | null): EstateIdentity => ({
  kind: "user",
  name: user.UserName ?? "",
  externalId: user.Arn ?? "",
  createdAt: user.CreateDate ?? null,
  labels: fromTagList(user.Tags),
  vendors: false,
  signal: null,
  keys: report === null ? [] : (report.keys.get(user.Arn ?? "") ?? []).map((key) => keyOf(key, report.generatedAt)),
  openTo: [],
});

const keyOf = ({ active, createdAt, lastUsedAt }: ReportedKey, observedAt: Date): EstateKey => ({
  active,
  createdAt,
  signal: { source: "AWS: credential report", lastUsedAt, seesSince: keysSince, lagMinutes, observedAt },
});
