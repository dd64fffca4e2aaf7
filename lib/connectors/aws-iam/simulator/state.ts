/** One simulated AWS account. Plain JSON, so that it can lie in a file. Names are keys in lower case: IAM ignores case. */
export interface Account {
  accountId: string;
  roles: Record<string, Role>;
  users: Record<string, User>;
  /** Access keys by id; of the worker's own principal the user is `root`. */
  keys: Record<string, Key>;
  /** Managed policies that exist, by ARN. */
  policies: Record<string, { document: string }>;
  providers: Record<string, Provider>;
  /** Roles that the account may hold, where AWS has raised that: 1,000 otherwise, and in files of before. */
  mostRoles?: number;
  /** Temporary credentials by access key id. */
  sessions: Record<string, Session>;
  /** The credential report, and when it was written; asked for once, it is there. */
  report?: { at: string; csv: string };
  /** Reports of what was used, by their job. */
  reports?: Record<string, Report>;
  /** Last number drawn for ids. */
  serial: number;
}

export interface Report {
  arn: string;
  /** Also of single actions. */
  actions: boolean;
  at: string;
  /** How often it was asked for. */
  asked: number;
}

export interface Holder {
  name: string;
  path: string;
  id: string;
  arn: string;
  createdAt: string;
  boundary: string | null;
  tags: Record<string, string>;
  /** Inline policies, name → document. */
  inline: Record<string, string>;
  /** ARNs of managed policies. */
  attached: string[];
  /** Last attempt of each action by this holder's own credentials, refused ones too: `sts:GetCallerIdentity` → when. */
  attempts?: Record<string, string>;
}
export interface Role extends Holder {
  trust: string;
  maxSession: number;
  lastUsed: { at: string; region: string } | null;
  instanceProfiles: string[];
}
export interface User extends Holder {
  groups: string[];
  /** A console password, which only someone else can have given. */
  password?: true;
}
export interface Key {
  user: string;
  secret: string;
  active: boolean;
  createdAt: string;
  lastUsed: { at: string; region: string; service: string } | null;
}
export interface Provider {
  arn: string;
  /** Issuer as in the token's `iss`. */
  issuer: string;
  audiences: string[];
  /** Public keys: where to fetch them, or themselves. */
  jwks: { url: string } | { keys: JsonKey[] };
}
export type JsonKey = { kty: string; [member: string]: unknown };
export interface Session {
  secret: string;
  token: string;
  roleArn: string;
  arn: string;
  issuedAt: string;
  expiresAt: string;
}

/** What an account starts with. */
export interface Seed {
  readonly accountId: string;
  /** Key of the worker's own principal, which may do everything. */
  readonly worker: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly boundaryArn?: string;
  readonly providers?: readonly Provider[];
  /** 1,000 unless AWS has raised it, which it does up to 5,000 (quotas page of IAM). */
  readonly mostRoles?: number;
}

/** The worker's principal, as `Key.user`. */
export const workerUser = "charter-worker";

export function accountOf(seed: Seed): Account {
  const { accessKeyId, secretAccessKey } = seed.worker;
  return {
    accountId: seed.accountId,
    roles: {},
    users: {},
    keys: {
      [accessKeyId]: {
        user: workerUser,
        secret: secretAccessKey,
        active: true,
        createdAt: "2026-01-01T00:00:00Z",
        lastUsed: null,
      },
    },
    policies: seed.boundaryArn === undefined ? {} : { [seed.boundaryArn]: { document: "{}" } },
    providers: Object.fromEntries((seed.providers ?? []).map((provider) => [provider.arn, { ...provider }])),
    ...(seed.mostRoles !== undefined && { mostRoles: seed.mostRoles }),
    sessions: {},
    serial: 0,
  };
}
