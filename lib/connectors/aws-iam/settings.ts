import { z } from "zod";

/** One AWS account in the worker's configuration file. Public: the web reads it from `targets`. */
export const settingsSchema = z.strictObject({
  accountId: z.string().regex(/^\d{12}$/, "Give the account's 12 digits."),
  partition: z.enum(["aws", "aws-us-gov", "aws-cn"]).default("aws"),
  /** Region for STS and for resources that a request names without one. */
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "Give a region such as eu-central-1.")
    .default("us-east-1"),
  /** Everything Charter makes lies under this path; the worker's own rights are limited to it. */
  path: z
    .string()
    .regex(/^\/([A-Za-z0-9_.-]+\/)+$/, "Start and end the path with a slash: /charter/.")
    .max(128)
    .default("/charter/"),
  /** The ceiling: a managed policy put on every role and user as permissions boundary. Null: none, and health says so. */
  boundaryArn: z
    .string()
    .regex(/^arn:[a-z-]+:iam::(\d{12}|aws):policy\/.+$/, "Give the ARN of a managed policy.")
    .nullable(),
  /** Identity provider for GitHub Actions in this account; null when pipelines get no role here. */
  githubProviderArn: z
    .string()
    .regex(/^arn:[a-z-]+:iam::\d{12}:oidc-provider\/.+$/, "Give the ARN of the account's OIDC provider for GitHub.")
    .nullable()
    .default(null),
  /** Address of an AWS-compatible server instead of AWS itself. */
  endpoint: z.url().nullable().default(null),
});
export type AwsSettings = z.infer<typeof settingsSchema>;

/** Issuer as it appears in condition keys: the provider's ARN after `oidc-provider/`. */
export const issuerOf = (providerArn: string): string => providerArn.slice(providerArn.indexOf("oidc-provider/") + 14);

export const roleArn = (settings: AwsSettings, name: string): string =>
  `arn:${settings.partition}:iam::${settings.accountId}:role${settings.path}${name}`;

export const userArn = (settings: AwsSettings, name: string): string =>
  `arn:${settings.partition}:iam::${settings.accountId}:user${settings.path}${name}`;
