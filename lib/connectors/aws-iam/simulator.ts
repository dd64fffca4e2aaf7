import type { Json, JsonObject } from "#lib/domain/json.ts";
import { githubIssuer } from "#lib/domain/subject.ts";
import {
  type Simulator,
  type StartOptions,
  serve,
  type Wire,
  type WireCall,
  type WireReply,
} from "#lib/simulation/server.ts";
import { accessedOperations, attempted } from "./simulator/accessed.ts";
import { holderOperations, type Operation, seconds, type Turn } from "./simulator/holders.ts";
import { keyOperations } from "./simulator/keys.ts";
import { answerXml, errorXml, Query, WireError, wireError, type Xml } from "./simulator/protocol.ts";
import { reportOperations } from "./simulator/report.ts";
import { readSignature, verifySignature } from "./simulator/signature.ts";
import { type Account, accountOf, type Provider, type Seed, workerUser } from "./simulator/state.ts";
import { assumeWithWebIdentity, type Caller, callerIdentity } from "./simulator/sts.ts";

const operations: Readonly<Record<string, Operation>> = {
  ...holderOperations,
  ...keyOperations,
  ...reportOperations,
  ...accessedOperations,
};

export interface AwsStart extends StartOptions {
  /** Default: `simulatedSeed()`. */
  readonly seed?: Seed;
}

/** Credentials of the worker's principal in `simulatedSeed`, by their names in a target's entry. */
export const simulatedCredentials = { accessKeyId: "AKIASIMULATEDWORKER1", secretAccessKey: "simulated-worker-secret" };

/** An account with a ceiling and GitHub as identity provider, whose tokens are checked with `githubJwks`. */
export function simulatedSeed(accountId = "111122223333", githubJwks: Provider["jwks"] = { keys: [] }): Seed {
  const arn = `arn:aws:iam::${accountId}:oidc-provider/${new URL(githubIssuer).host}`;
  return {
    accountId,
    worker: simulatedCredentials,
    boundaryArn: `arn:aws:iam::${accountId}:policy/charter-ceiling`,
    providers: [{ arn, issuer: githubIssuer, audiences: ["sts.amazonaws.com"], jwks: githubJwks }],
  };
}

/** Settings of a target that stands for a simulated account; parsed by the connector's own schema. */
export const simulatedSettings = (url: string, { accountId, boundaryArn, providers = [] }: Seed): JsonObject => ({
  accountId,
  region: "eu-central-1",
  boundaryArn: boundaryArn ?? null,
  githubProviderArn: providers[0]?.arn ?? null,
  endpoint: url,
});

/**
 * Starts one AWS account on 127.0.0.1, speaking the query protocol of IAM (2010-05-08) and STS (2011-06-15) to the real
 * SDK. Signatures, names without regard to case, quotas, delete conflicts, boundaries and trusts are enforced; what
 * permissions allow at other services is not simulated.
 */
export const start = (options: AwsStart): Promise<Simulator<Account>> =>
  serve(wireOf(options.seed ?? simulatedSeed()), options);

const wireOf = (seed: Seed): Wire<Account> => ({
  empty: () => accountOf(seed),
  operationOf: ({ body }) => new Query(body).operation,
  isRead: (operation) => /^(Get|List|Simulate)/.test(operation),
  answer,
  failure: (kind, call) => {
    const { code, message } = failures[kind];
    return errorXml(envelope(call), wireError(code, message));
  },
  shown,
});

const failures = {
  throttle: { code: "Throttling", message: "Rate exceeded" },
  unavailable: { code: "ServiceUnavailable", message: "Service is unavailable" },
  invalid: { code: "MalformedPolicyDocument", message: "Syntax errors in policy" },
  denied: { code: "AccessDenied", message: "User is not authorized to perform this action" },
  quota: { code: "LimitExceeded", message: "Cannot exceed quota" },
} as const;

const envelope = ({ request, operation, now }: WireCall<Account>) => ({
  service: new Query(request.body).service,
  operation,
  requestId: `sim-${now.getTime()}`,
});

async function answer(call: WireCall<Account>): Promise<WireReply> {
  try {
    return answerXml(envelope(call), await perform(call));
  } catch (error) {
    if (error instanceof WireError) return errorXml(envelope(call), error);
    throw error;
  }
}

async function perform(call: WireCall<Account>): Promise<Xml> {
  const turn: Turn = { account: call.state, query: new Query(call.request.body), now: call.now };
  if (call.operation === "AssumeRoleWithWebIdentity") return assumeWithWebIdentity(turn);
  const caller = authenticate(call);
  if (call.operation === "GetCallerIdentity") return callerIdentity(call.state, caller);
  if (caller.arn !== workerArn(call.state))
    throw wireError("AccessDenied", `User: ${caller.arn} is not authorized to perform: iam:${call.operation}`);
  const operation = operations[call.operation];
  if (operation === undefined)
    throw wireError("InvalidAction", `The action ${call.operation} is not valid for this web service.`);
  return operation(turn);
}

const workerArn = ({ accountId }: Account): string => `arn:aws:iam::${accountId}:user/${workerUser}`;

/** Who signed the call. A key that is unknown or inactive is no key; a session ends at its time. */
function authenticate({ request, state, now, arrivedAt }: WireCall<Account>): Caller {
  const signed = readSignature(request);
  if (signed === null) throw wireError("MissingAuthenticationToken", "Request is missing Authentication Token");
  const session = state.sessions[signed.accessKeyId];
  const key = state.keys[signed.accessKeyId];
  const secret = session?.secret ?? (key?.active ? key.secret : undefined);
  if (secret === undefined)
    throw wireError("InvalidClientTokenId", "The security token included in the request is invalid.");
  verifySignature(request, signed, { secret, now: arrivedAt });
  if (session !== undefined) {
    if (request.headers["x-amz-security-token"] !== session.token)
      throw wireError("InvalidClientTokenId", "The security token included in the request is invalid.");
    if (Date.parse(session.expiresAt) <= now.getTime())
      throw wireError("ExpiredToken", "The security token included in the request is expired");
    const role = Object.values(state.roles).find(({ arn }) => arn === session.roleArn);
    if (role !== undefined) {
      role.lastUsed = { at: seconds(now), region: "us-east-1" };
      attempted(role, actionOf(request), now);
    }
    return { arn: session.arn, id: signed.accessKeyId };
  }
  return userCaller(state, { keyId: signed.accessKeyId, action: actionOf(request), now });
}

/** `sts:GetCallerIdentity`. */
function actionOf({ body }: WireCall<Account>["request"]): string {
  const { service, operation } = new Query(body);
  return `${service}:${operation}`;
}

interface Signing {
  readonly keyId: string;
  readonly action: string;
  readonly now: Date;
}

/** Any call that is signed with a user's key is a use of it, also one that is then refused. */
function userCaller(state: Account, { keyId, action, now }: Signing): Caller {
  const key = state.keys[keyId];
  const name = key?.user ?? "";
  if (name === workerUser) return { arn: workerArn(state), id: "AIDASIMULATEDWORKER01" };
  const user = state.users[name.toLowerCase()];
  if (user === undefined || key === undefined)
    throw wireError("InvalidClientTokenId", "The security token included in the request is invalid.");
  key.lastUsed = { at: seconds(now), region: "us-east-1", service: action.slice(0, action.indexOf(":")) };
  attempted(user, action, now);
  return { arn: user.arn, id: user.id };
}

/** The world without secrets. */
function shown(account: Account): Json {
  const keys = Object.entries(account.keys).map(([id, { secret: _, ...key }]) => [id, key] as const);
  const sessions = Object.entries(account.sessions).map(
    ([id, { arn, issuedAt, expiresAt }]) => [id, { arn, issuedAt, expiresAt }] as const,
  );
  return JSON.parse(
    JSON.stringify({ ...account, keys: Object.fromEntries(keys), sessions: Object.fromEntries(sessions) }),
  );
}
