import { CreateAccessKeyCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { z } from "zod";
import type { CredentialSeen, ServerChosenCredential, StepWork } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { Secret } from "#lib/domain/secret.ts";
import { unlessMissing } from "./faults.ts";
import { type Ground, lateIsNotGone, readOurs } from "./ground.ts";

/** Not yet known to STS, or known only to some of its servers. */
const unknownYet = new Set(["InvalidClientTokenId", "SignatureDoesNotMatch"]);

const issued = z.object({ credential: z.object({ key: z.string(), keep: z.array(z.string()) }) });

/** Ids of the keys that issue steps committed; null before there is one. */
export function recordedKeys(facts: JsonObject): readonly string[] | null {
  const parsed = issued.safeParse(facts);
  return parsed.success ? [parsed.data.credential.key, ...parsed.data.credential.keep] : null;
}

/** Access keys of our user, never those of another by its name: AWS chooses the secret and tells it once; there is no token that would make the call repeatable. */
export function accessKeyCredential(ground: Ground): ServerChosenCredential {
  const { aws, keys, windows } = ground;
  return {
    protocol: "server-chosen",
    mintWindowMs: windows.mint,
    consistencyMs: windows.consistency,
    list: async (work) => {
      await readOurs(ground, work);
      const listed = await keys.list(work.calls, work.intent.name);
      const seen: CredentialSeen[] = [];
      for (const { id, active } of listed)
        seen.push({ id, active, everUsed: (await keys.lastUsedAt(work.calls, id)) !== null });
      return seen;
    },
    mint: (work, sink) =>
      lateIsNotGone(() =>
        aws.change(work.calls, "iam:CreateAccessKey", async (options) => {
          const { AccessKey } = await aws.iam.send(new CreateAccessKeyCommand({ UserName: work.intent.name }), options);
          const { AccessKeyId = "", SecretAccessKey = "" } = AccessKey ?? {};
          sink(new Secret({ access_key_id: AccessKeyId, secret_access_key: SecretAccessKey }));
          return AccessKeyId;
        }),
      ),
    deactivate: (work, id) =>
      unlessMissing(() => keys.setActive(work.calls, work.intent.name, { id, active: false }), undefined),
    remove: (work, id) => keys.remove(work.calls, work.intent.name, id),
    probe: (work, _id, secret) => probe(ground, work, secret),
  };
}

/** Signs one GetCallerIdentity with the new key: needs no permission, and AWS answers who it is. */
async function probe({ aws, entry }: Ground, work: StepWork, secret: Secret): Promise<boolean> {
  const client = secret.pour(({ access_key_id: id = "", secret_access_key: key = "" }) => aws.stsAs(id, key));
  try {
    const account = await aws.read(work.calls, "sts:GetCallerIdentity", async (options) => {
      const { Account } = await client.send(new GetCallerIdentityCommand({}), options);
      return Account;
    });
    return account === entry.settings.accountId;
  } catch (error) {
    if (error instanceof TargetFault && unknownYet.has(error.code)) return false;
    throw error;
  } finally {
    client.destroy();
  }
}
