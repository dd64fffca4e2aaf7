import type { Connector } from "#lib/connectors/connector.ts";
import { access, covers, later } from "./access.ts";
import { amend, asText } from "./amend.ts";
import { example } from "./example.ts";
import { flow } from "./flow.ts";
import { narrow } from "./narrow.ts";
import { permissions } from "./permission-help.ts";
import { plan } from "./plan.ts";
import { reach } from "./reach.ts";
import { type AwsSettings, settingsSchema } from "./settings.ts";
import { type AwsSpec, specFrom, specSchema } from "./spec.ts";
import { use } from "./use.ts";
import { validate } from "./validate.ts";

/** AWS IAM: a role that a GitHub pipeline assumes without a secret, or a user with one stored access key. */
export const awsIam: Connector<AwsSettings, AwsSpec> = {
  kind: "aws-iam",
  title: "AWS account",
  capabilities: new Set(["rotate", "last-used", "access-used", "federate"]),
  credentials: ["federated", "static"],
  settings: settingsSchema,
  example,
  firstLook: { word: "aws", settings: { accountId: "000000000000", boundaryArn: null } },
  spec: specSchema,
  specFrom,
  narrow,
  amend,
  asText,
  access,
  later,
  covers,
  validate,
  plan,
  flow,
  reach,
  use,
  permissions,
};
