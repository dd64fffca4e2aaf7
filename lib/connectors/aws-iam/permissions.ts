import type { Json, JsonObject } from "#lib/domain/json.ts";
import type { AwsSettings } from "./settings.ts";
import type { Statement } from "./statement.ts";
import { awsInstant } from "./trust.ts";

/** Name of the one inline policy that gives an identity its permissions. */
export const permissionsName = "charter-permissions";
/** Name of the inline policy that takes everything away while an identity is disabled. */
export const disabledName = "charter-disabled";
/** Sid of the statement that ends all permissions at the identity's end. */
const endSid = "CharterEnd";

/** Inline policy that denies all, sessions that already exist included. */
export const denyAll: JsonObject = {
  Version: "2012-10-17",
  Statement: [{ Sid: "CharterDisabled", Effect: "Deny", Action: "*", Resource: "*" }],
};

/**
 * The permissions in full, `{partition}`, `{region}` and `{account}` filled in, with a last statement that denies all
 * from `endsAt` on: AWS keeps the end even when nothing of Charter runs.
 */
export function permissionsDocument(
  statements: readonly Statement[],
  settings: AwsSettings,
  endsAt: string,
): JsonObject {
  return {
    Version: "2012-10-17",
    Statement: [
      ...statements.map((statement, index) => allow(statement, index, settings)),
      {
        Sid: endSid,
        Effect: "Deny",
        Action: "*",
        Resource: "*",
        Condition: { DateGreaterThanEquals: { "aws:CurrentTime": awsInstant(endsAt) } },
      },
    ],
  };
}

function allow({ actions, resources, conditions }: Statement, index: number, settings: AwsSettings): Json {
  return {
    Sid: `Charter${index + 1}`,
    Effect: "Allow",
    Action: actions,
    Resource: resources.map((resource) => placed(resource, settings)),
    ...(conditions === undefined ? {} : { Condition: conditions }),
  };
}

/** A resource with the target's partition, region and account filled in. */
export const placed = (resource: string, settings: AwsSettings): string =>
  resource
    .replaceAll("{partition}", settings.partition)
    .replaceAll("{region}", settings.region)
    .replaceAll("{account}", settings.accountId);

/** Length as IAM counts it against its quota: white space is free. */
export const billedLength = (document: JsonObject): number => JSON.stringify(document).replace(/\s/g, "").length;
