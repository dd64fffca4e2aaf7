import {
  EntityType,
  GetAccountAuthorizationDetailsCommand,
  type GetAccountAuthorizationDetailsResponse,
  type PolicyDetail,
  type RoleDetail,
  type UserDetail,
} from "@aws-sdk/client-iam";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { Aws } from "./client.ts";
import { documentOf } from "./documents.ts";
import type { Held } from "./holder.ts";

/** One page of an account: roles and users with their policies, tags, trust and ceiling. Access keys are not in it. */
export interface DetailPage {
  readonly roles: readonly RoleDetail[];
  readonly users: readonly UserDetail[];
}

/** Every role and user of the account in pages of a thousand; a page that fails ends it with its fault. */
export async function* accountDetails(aws: Aws, calls: Calls): AsyncIterable<DetailPage> {
  let Marker: string | undefined;
  do {
    const page: GetAccountAuthorizationDetailsResponse = await aws.read(
      calls,
      "iam:GetAccountAuthorizationDetails",
      (options) =>
        aws.iam.send(
          new GetAccountAuthorizationDetailsCommand({
            Filter: [EntityType.Role, EntityType.User],
            MaxItems: 1000,
            ...(Marker === undefined ? {} : { Marker }),
          }),
          options,
        ),
    );
    yield { roles: page.RoleDetailList ?? [], users: page.UserDetailList ?? [] };
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
}

/** The policies that one role or user of such a page holds. */
export function heldOf(
  inline: readonly PolicyDetail[] | undefined,
  attached: RoleDetail["AttachedManagedPolicies"],
): Pick<Held, "policies" | "policy" | "attached"> {
  const documents = new Map<string, JsonObject | null>();
  for (const { PolicyName, PolicyDocument } of inline ?? [])
    documents.set(PolicyName ?? "", documentOf(PolicyDocument));
  return {
    policies: async () => [...documents.keys()],
    policy: async (_calls, _name, policy) => documents.get(policy) ?? null,
    attached: async () => (attached ?? []).map(({ PolicyArn }) => PolicyArn ?? ""),
  };
}
