import { createHash } from "node:crypto";
import { base32 } from "#lib/digest/name.ts";
import { type Query, wireError, type Xml } from "./protocol.ts";
import { checkBoundary, checkName, checkPath, checkPolicy, checkTags, checkTrust } from "./rules.ts";
import type { Account, Holder, Role, User } from "./state.ts";

export interface Turn {
  readonly account: Account;
  readonly query: Query;
  readonly now: Date;
}
export type Operation = (turn: Turn) => Xml;

/** A new id such as `AROA…`: different each time, the same for the same history. */
export function newId(account: Account, prefix: string): string {
  account.serial += 1;
  const drawn = createHash("sha256").update(`${account.accountId} ${prefix} ${account.serial}`).digest();
  return prefix + base32(drawn).slice(0, 17).toUpperCase();
}

export const seconds = (now: Date): string => now.toISOString().replace(/\.\d+/, "");
const tagXml = (tags: Readonly<Record<string, string>>): Xml =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const boundaryXml = (arn: string | null): Xml =>
  arn === null ? undefined : { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: arn };

const roleXml = (role: Role, whole: boolean): Readonly<Record<string, Xml>> => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: role.createdAt,
  AssumeRolePolicyDocument: encodeURIComponent(role.trust),
  MaxSessionDuration: role.maxSession,
  ...(whole
    ? {
        PermissionsBoundary: boundaryXml(role.boundary),
        Tags: tagXml(role.tags),
        RoleLastUsed: role.lastUsed === null ? {} : { LastUsedDate: role.lastUsed.at, Region: role.lastUsed.region },
      }
    : {}),
});
const userXml = (user: User, whole: boolean): Readonly<Record<string, Xml>> => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: user.arn,
  CreateDate: user.createdAt,
  ...(whole ? { PermissionsBoundary: boundaryXml(user.boundary), Tags: tagXml(user.tags) } : {}),
});

function roleOf({ account, query }: Turn): Role {
  const name = query.required("RoleName");
  const role = account.roles[name.toLowerCase()];
  if (role === undefined) throw wireError("NoSuchEntity", `The role with name ${name} cannot be found.`);
  return role;
}
export function userOf({ account, query }: Turn): User {
  const name = query.required("UserName");
  const user = account.users[name.toLowerCase()];
  if (user === undefined) throw wireError("NoSuchEntity", `The user with name ${name} cannot be found.`);
  return user;
}

function newHolder({ account, query, now }: Turn, kind: "role" | "user"): Holder {
  const name = query.required(kind === "role" ? "RoleName" : "UserName");
  const path = query.optional("Path") ?? "/";
  checkName(name, 64);
  checkPath(path);
  checkTags(query.tags());
  const taken = kind === "role" ? account.roles : account.users;
  if (taken[name.toLowerCase()] !== undefined)
    throw wireError("EntityAlreadyExists", `${kind === "role" ? "Role" : "User"} with name ${name} already exists.`);
  const quota = kind === "role" ? (account.mostRoles ?? 1000) : 5000;
  if (Object.keys(taken).length >= quota)
    throw wireError(
      "LimitExceeded",
      `Cannot exceed quota for ${kind === "role" ? "RolesPerAccount" : "UsersPerAccount"}: ${quota}`,
    );
  return {
    name,
    path,
    id: newId(account, kind === "role" ? "AROA" : "AIDA"),
    arn: `arn:aws:iam::${account.accountId}:${kind}${path}${name}`,
    createdAt: seconds(now),
    boundary: checkBoundary(account, query.optional("PermissionsBoundary")),
    tags: query.tags(),
    inline: {},
    attached: [],
  };
}

function createRole(turn: Turn): Xml {
  const { account, query } = turn;
  const trust = query.required("AssumeRolePolicyDocument");
  const holder = newHolder(turn, "role");
  checkTrust(account, trust);
  const maxSession = Number(query.optional("MaxSessionDuration") ?? 3600);
  const role: Role = { ...holder, trust, maxSession, lastUsed: null, instanceProfiles: [] };
  account.roles[role.name.toLowerCase()] = role;
  return { Role: roleXml(role, true) };
}

function createUser(turn: Turn): Xml {
  const user: User = { ...newHolder(turn, "user"), groups: [] };
  turn.account.users[user.name.toLowerCase()] = user;
  return { User: userXml(user, true) };
}

interface Drawn<T> {
  /** The list's element in the answer. */
  readonly name: string;
  readonly draw: (one: T) => Xml;
}

/** One page of a list: `Marker` is the number of members already seen. */
export function page<T>({ query }: Turn, all: readonly T[], { name, draw }: Drawn<T>): Xml {
  const from = Number(query.optional("Marker") ?? 0);
  const size = Math.min(Number(query.optional("MaxItems") ?? 100), 1000);
  const more = from + size < all.length;
  return {
    [name]: all.slice(from, from + size).map(draw),
    IsTruncated: more,
    Marker: more ? String(from + size) : undefined,
  };
}

const underPath = <T extends Holder>({ query }: Turn, all: Readonly<Record<string, T>>): readonly T[] =>
  Object.values(all)
    .filter(({ path }) => path.startsWith(query.optional("PathPrefix") ?? "/"))
    .sort((a, b) => a.name.localeCompare(b.name));

function requireEmpty(holder: Holder, more: readonly string[]): void {
  if (Object.keys(holder.inline).length > 0)
    throw wireError("DeleteConflict", "Cannot delete entity, must delete policies first.");
  if (holder.attached.length > 0)
    throw wireError("DeleteConflict", "Cannot delete entity, must detach all policies first.");
  if (more.length > 0) throw wireError("DeleteConflict", `Cannot delete entity, must remove ${more.join(", ")} first.`);
}

function deleteRole(turn: Turn): Xml {
  const role = roleOf(turn);
  requireEmpty(role, role.instanceProfiles.length > 0 ? ["roles from instance profile"] : []);
  delete turn.account.roles[role.name.toLowerCase()];
  return undefined;
}

function deleteUser(turn: Turn): Xml {
  const user = userOf(turn);
  const keys = Object.values(turn.account.keys).some((key) => key.user === user.name);
  requireEmpty(user, [
    ...(keys ? ["access keys"] : []),
    ...(user.password ? ["login profile"] : []),
    ...(user.groups.length > 0 ? ["users from group"] : []),
  ]);
  delete turn.account.users[user.name.toLowerCase()];
  return undefined;
}

function putInline(holder: Holder, query: Query, most: number): Xml {
  const name = query.required("PolicyName");
  const document = query.required("PolicyDocument");
  checkName(name, 128);
  checkPolicy(document);
  const size = Object.values({ ...holder.inline, [name]: document })
    .join("")
    .replace(/\s/g, "").length;
  if (size > most) throw wireError("LimitExceeded", `Maximum policy size of ${most} bytes exceeded for ${holder.name}`);
  holder.inline[name] = document;
  return undefined;
}

function inlineOf(holder: Holder, query: Query): string {
  const name = query.required("PolicyName");
  const document = holder.inline[name];
  if (document === undefined) throw wireError("NoSuchEntity", `The policy with name ${name} cannot be found.`);
  return document;
}

function deleteInline(holder: Holder, query: Query): Xml {
  inlineOf(holder, query);
  delete holder.inline[query.required("PolicyName")];
  return undefined;
}

function tag(holder: Holder, query: Query): Xml {
  checkTags({ ...holder.tags, ...query.tags() });
  Object.assign(holder.tags, query.tags());
  return undefined;
}

function untag(holder: Holder, query: Query): Xml {
  for (const key of query.list("TagKeys")) delete holder.tags[key];
  return undefined;
}

function attach({ account, query }: Turn, holder: Holder): Xml {
  const arn = query.required("PolicyArn");
  if (checkBoundary(account, arn) !== null && !holder.attached.includes(arn)) holder.attached.push(arn);
  return undefined;
}

function detach(holder: Holder, query: Query): Xml {
  const arn = query.required("PolicyArn");
  if (!holder.attached.includes(arn)) throw wireError("NoSuchEntity", `Policy ${arn} was not found.`);
  holder.attached = holder.attached.filter((one) => one !== arn);
  return undefined;
}

const detailXml = ({ inline, attached }: Holder, list: string, shown: Readonly<Record<string, Xml>>): Xml => ({
  ...shown,
  [list]: Object.entries(inline).map(([PolicyName, document]) => ({
    PolicyName,
    PolicyDocument: encodeURIComponent(document),
  })),
  AttachedManagedPolicies: attached.map(attachedXml),
});
const attachedXml = (arn: string): Xml => ({ PolicyName: arn.slice(arn.lastIndexOf("/") + 1), PolicyArn: arn });

/** Operations that roles and users have alike; the key ends in `Role` or `User` on the wire. */
function alike(noun: "Role" | "User", of: (turn: Turn) => Holder, most: number): Record<string, Operation> {
  return {
    [`Put${noun}Policy`]: (turn) => putInline(of(turn), turn.query, most),
    [`Get${noun}Policy`]: (turn) => ({
      [`${noun}Name`]: of(turn).name,
      PolicyName: turn.query.required("PolicyName"),
      PolicyDocument: encodeURIComponent(inlineOf(of(turn), turn.query)),
    }),
    [`Delete${noun}Policy`]: (turn) => deleteInline(of(turn), turn.query),
    [`List${noun}Policies`]: (turn) =>
      page(turn, Object.keys(of(turn).inline), { name: "PolicyNames", draw: (name) => name }),
    [`ListAttached${noun}Policies`]: (turn) =>
      page(turn, of(turn).attached, { name: "AttachedPolicies", draw: attachedXml }),
    [`Attach${noun}Policy`]: (turn) => attach(turn, of(turn)),
    [`Detach${noun}Policy`]: (turn) => detach(of(turn), turn.query),
    [`Tag${noun}`]: (turn) => tag(of(turn), turn.query),
    [`Untag${noun}`]: (turn) => untag(of(turn), turn.query),
    [`List${noun}Tags`]: (turn) =>
      page(turn, Object.entries(of(turn).tags), { name: "Tags", draw: ([Key, Value]) => ({ Key, Value }) }),
  };
}

/** IAM's operations on roles and users. */
export const holderOperations: Readonly<Record<string, Operation>> = {
  CreateRole: createRole,
  GetRole: (turn) => ({ Role: roleXml(roleOf(turn), true) }),
  ListRoles: (turn) =>
    page(turn, underPath(turn, turn.account.roles), { name: "Roles", draw: (role) => roleXml(role, false) }),
  DeleteRole: deleteRole,
  UpdateAssumeRolePolicy: (turn) => {
    const role = roleOf(turn);
    const trust = turn.query.required("PolicyDocument");
    checkTrust(turn.account, trust);
    role.trust = trust;
    return undefined;
  },
  ListInstanceProfilesForRole: (turn) =>
    page(turn, roleOf(turn).instanceProfiles, {
      name: "InstanceProfiles",
      draw: (InstanceProfileName) => ({
        InstanceProfileName,
        Path: "/",
        InstanceProfileId: "AIPASIMULATEDPROFILE1",
        Arn: `arn:aws:iam::${turn.account.accountId}:instance-profile/${InstanceProfileName}`,
        CreateDate: "2026-01-01T00:00:00Z",
        Roles: [],
      }),
    }),
  RemoveRoleFromInstanceProfile: (turn) => {
    const role = roleOf(turn);
    role.instanceProfiles = role.instanceProfiles.filter((name) => name !== turn.query.required("InstanceProfileName"));
    return undefined;
  },
  CreateUser: createUser,
  GetUser: (turn) => ({ User: userXml(userOf(turn), true) }),
  ListUsers: (turn) =>
    page(turn, underPath(turn, turn.account.users), { name: "Users", draw: (user) => userXml(user, false) }),
  DeleteUser: deleteUser,
  ListGroupsForUser: (turn) =>
    page(turn, userOf(turn).groups, {
      name: "Groups",
      draw: (GroupName) => ({
        GroupName,
        Path: "/",
        GroupId: "AGPASIMULATEDGROUP001",
        Arn: `arn:aws:iam::${turn.account.accountId}:group/${GroupName}`,
        CreateDate: "2026-01-01T00:00:00Z",
      }),
    }),
  RemoveUserFromGroup: (turn) => {
    const user = userOf(turn);
    user.groups = user.groups.filter((name) => name !== turn.query.required("GroupName"));
    return undefined;
  },
  /** Roles, then users, in pages over both as AWS does; a page may be shorter than asked for. */
  GetAccountAuthorizationDetails: ({ account, query }) => {
    const all = [
      ...Object.values(account.roles).map((role) => ({ role: detailXml(role, "RolePolicyList", roleXml(role, true)) })),
      ...Object.values(account.users).map((user) => ({ user: detailXml(user, "UserPolicyList", userXml(user, true)) })),
    ];
    const from = Number(query.optional("Marker") ?? 0);
    const to = from + Math.min(Number(query.optional("MaxItems") ?? 100), 100);
    const shown = all.slice(from, to);
    return {
      RoleDetailList: shown.flatMap((one) => ("role" in one ? [one.role] : [])),
      UserDetailList: shown.flatMap((one) => ("user" in one ? [one.user] : [])),
      IsTruncated: to < all.length,
      ...(to < all.length ? { Marker: String(to) } : {}),
    };
  },
  ...alike("Role", roleOf, 10_240),
  ...alike("User", userOf, 2048),
};
