import type { GithubBinding, SubjectFormat } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { issuerOf } from "./settings.ts";

export const audience = "sts.amazonaws.com";

/**
 * The `sub` claim of GitHub's token for this binding. Immutable: `repo:OWNER@OWNER_ID/NAME@ID:…` (default since
 * 2026-07-15); names: `repo:OWNER/NAME:…`. A colon in an environment's name is percent-encoded. Source: GitHub's OIDC
 * reference and changelog of 2026-04-23.
 */
export function subjectOf(binding: GithubBinding, format: SubjectFormat): string {
  const [owner = "", name = ""] = binding.repository.split("/");
  const repository =
    format === "immutable" ? `${owner}@${binding.ownerId}/${name}@${binding.repositoryId}` : `${owner}/${name}`;
  const context =
    "environment" in binding.subject
      ? `environment:${binding.subject.environment.replaceAll(":", "%3A")}`
      : `ref:refs/heads/${binding.subject.branch}`;
  return `repo:${repository}:${context}`;
}

/**
 * Who may assume the role: exact subject and audience, never a pattern, and nobody once the end has passed, which AWS
 * itself enforces. A subject by names also demands the repository's id (a condition key of AWS since January 2026), so
 * that whoever takes over a freed name gets nothing.
 */
export function trustDocument(binding: GithubBinding, providerArn: string, endsAt: string): JsonObject {
  return {
    Version: "2012-10-17",
    Statement: binding.formats.map((format) => statement({ binding, providerArn, endsAt, format })),
  };
}

interface Ask {
  readonly binding: GithubBinding;
  readonly providerArn: string;
  readonly endsAt: string;
  readonly format: SubjectFormat;
}

function statement({ binding, providerArn, endsAt, format }: Ask): JsonObject {
  const issuer = issuerOf(providerArn);
  const older = format === "names";
  const until = older && binding.formatsUntil !== undefined ? earlier(binding.formatsUntil, endsAt) : endsAt;
  return {
    Sid: older ? "GitHubByNames" : "GitHubByIds",
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: audience,
        [`${issuer}:sub`]: subjectOf(binding, format),
        ...(older ? { [`${issuer}:repository_id`]: binding.repositoryId } : {}),
      },
      DateLessThan: { "aws:CurrentTime": awsInstant(until) },
    },
  };
}

const earlier = (a: string, b: string): string => (Date.parse(a) < Date.parse(b) ? a : b);

/** ISO instant to the second, as AWS's date conditions take it. */
export const awsInstant = (instant: string): string => instant.replace(/\.\d+/, "");

/** The trust of a disabled role: nobody, whoever asks. */
export const denyTrust: JsonObject = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "CharterDisabled",
      Effect: "Deny",
      Principal: { AWS: "*" },
      Action: ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"],
    },
  ],
};
