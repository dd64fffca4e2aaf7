import { randomBytes } from "node:crypto";
import { newId, type Operation, page, seconds, type Turn, userOf } from "./holders.ts";
import { wireError, type Xml } from "./protocol.ts";
import type { Account, Key } from "./state.ts";

const keysOf = (account: Account, user: string): readonly [string, Key][] =>
  Object.entries(account.keys).filter(([, key]) => key.user === user);

/** AWS allows two keys a user, inactive ones included, and has no token to make the call repeatable. */
function createAccessKey(turn: Turn): Xml {
  const user = userOf(turn);
  if (keysOf(turn.account, user.name).length >= 2)
    throw wireError("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2");
  const id = newId(turn.account, "AKIA");
  const secret = randomBytes(30).toString("base64");
  turn.account.keys[id] = { user: user.name, secret, active: true, createdAt: seconds(turn.now), lastUsed: null };
  const createdAt = seconds(turn.now);
  return {
    AccessKey: {
      UserName: user.name,
      AccessKeyId: id,
      Status: "Active",
      SecretAccessKey: secret,
      CreateDate: createdAt,
    },
  };
}

function keyOf(turn: Turn): [string, Key] {
  const user = userOf(turn);
  const id = turn.query.required("AccessKeyId");
  const key = turn.account.keys[id];
  if (key === undefined || key.user !== user.name)
    throw wireError("NoSuchEntity", `The Access Key with id ${id} cannot be found.`);
  return [id, key];
}

function keyLastUsed({ account, query }: Turn): Xml {
  const key = account.keys[query.required("AccessKeyId")];
  if (key === undefined) throw wireError("AccessDenied", "This key does not exist in your account.");
  const { lastUsed } = key;
  const used =
    lastUsed === null
      ? { Region: "N/A", ServiceName: "N/A" }
      : { LastUsedDate: lastUsed.at, Region: lastUsed.region, ServiceName: lastUsed.service };
  return { UserName: key.user, AccessKeyLastUsed: used };
}

/** IAM's operations on access keys. `UserName` is required here: without it AWS would act on the caller. */
export const keyOperations: Readonly<Record<string, Operation>> = {
  CreateAccessKey: createAccessKey,
  ListAccessKeys: (turn) =>
    page(turn, keysOf(turn.account, userOf(turn).name), {
      name: "AccessKeyMetadata",
      draw: ([AccessKeyId, key]) => ({
        UserName: key.user,
        AccessKeyId,
        Status: key.active ? "Active" : "Inactive",
        CreateDate: key.createdAt,
      }),
    }),
  UpdateAccessKey: (turn) => {
    const [, key] = keyOf(turn);
    key.active = turn.query.required("Status") === "Active";
    return undefined;
  },
  DeleteAccessKey: (turn) => {
    const [id] = keyOf(turn);
    delete turn.account.keys[id];
    return undefined;
  },
  GetAccessKeyLastUsed: keyLastUsed,
  GetPolicy: ({ account, query }) => {
    const arn = query.required("PolicyArn");
    if (account.policies[arn] === undefined) throw wireError("NoSuchEntity", `Policy ${arn} was not found.`);
    return { Policy: { Arn: arn, PolicyName: arn.slice(arn.lastIndexOf("/") + 1), IsAttachable: true } };
  },
  GetOpenIDConnectProvider: ({ account, query }) => {
    const arn = query.required("OpenIDConnectProviderArn");
    const provider = account.providers[arn];
    if (provider === undefined) throw wireError("NoSuchEntity", `OpenIDConnect Provider not found for arn ${arn}`);
    return { Url: provider.issuer.replace(/^https?:\/\//, ""), ClientIDList: provider.audiences, ThumbprintList: [] };
  },
};
