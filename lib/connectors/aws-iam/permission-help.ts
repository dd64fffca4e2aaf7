import type { PermissionHelp } from "#lib/connectors/connector.ts";
import { readDenial } from "./denial.ts";
import { explain } from "./explain.ts";
import { search } from "./search.ts";
import type { AwsSettings } from "./settings.ts";
import type { AwsSpec } from "./spec.ts";

/** Permissions from AWS's service authorization reference. */
export const permissions: PermissionHelp<AwsSettings, AwsSpec> = {
  words: {
    resource: "ARN",
    example: "arn:aws:s3:::bucket/*",
    denial:
      "User: arn:aws:sts::111122223333:assumed-role/ci/build is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::bucket/key because …",
  },
  search,
  explain,
  denied: readDenial,
  needOf,
};

/** Conditions are more than grants can say: such a spec is shown as the policy it would be pasted as. */
function needOf({ statements }: AwsSpec): ReturnType<typeof permissions.needOf> {
  if (statements.every(({ conditions }) => conditions === undefined))
    return { grants: statements.map(({ actions, resources }) => ({ actions, resources })) };
  const Statement = statements.map(({ actions, resources, conditions }) => ({
    Effect: "Allow",
    Action: actions,
    Resource: resources,
    ...(conditions === undefined ? {} : { Condition: conditions }),
  }));
  return { pasted: JSON.stringify({ Version: "2012-10-17", Statement }, null, 2) };
}
