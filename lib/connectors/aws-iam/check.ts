import {
  CreateAccessKeyCommand,
  EntityType,
  GenerateCredentialReportCommand,
  GetAccountAuthorizationDetailsCommand,
  GetCredentialReportCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  ListUsersCommand,
  ListUserTagsCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { type FaultKind, TargetFault } from "#lib/domain/fault.ts";
import type { Calls, Check } from "#lib/domain/target.ts";
import { readReport, startReport } from "./access-use.ts";
import type { Desired } from "./desired.ts";
import type { Ground } from "./ground.ts";
import type { Holder, Seen } from "./holder.ts";
import { denyAll, disabledName } from "./permissions.ts";
import type { AwsSettings } from "./settings.ts";
import { markTags } from "./tags.ts";
import { audience, denyTrust } from "./trust.ts";

/** Where throwaway objects of checks lie: under the target's path, so that the same rights are tried. */
export const checkPath = (settings: AwsSettings): string => `${settings.path}check/`;

interface Probe {
  readonly role: Ground;
  readonly user: Ground;
  readonly calls: Calls;
  /** Name of this check's throwaway objects. */
  readonly name: string;
}

/**
 * Is AWS reachable, is it the right account, and has the worker exactly the rights it needs? Every right is tried on a
 * throwaway role and user without permissions, which are disabled and removed again: that also proves removal. What
 * cannot be tried because something before it is missing is left out, so that the list names what is missing and no more.
 */
export async function check(probe: Probe): Promise<readonly Check[]> {
  const checks = new Checks();
  const { aws } = probe.role;
  const account = await checks.see("sts:GetCallerIdentity", () =>
    aws.read(
      probe.calls,
      "sts:GetCallerIdentity",
      async (options) => (await aws.sts.send(new GetCallerIdentityCommand({}), options)).Account ?? "",
    ),
  );
  if (account === null) return checks.list;
  const right = account === aws.settings.accountId;
  const mend = right ? {} : { mend: `Give credentials of account ${aws.settings.accountId}.` };
  checks.condition({
    name: "account",
    ok: right,
    sentence: `These credentials belong to account ${account}.`,
    ...mend,
  });
  if (!right) return checks.list;
  await ceiling(probe, checks);
  await provider(probe, checks);
  await lists(probe, checks);
  await report(probe, checks);
  await lifecycle(probe, checks, { ground: probe.role, desired: throwaway(aws.settings, true) });
  await lifecycle(probe, checks, { ground: probe.user, desired: throwaway(aws.settings, false) });
  if (checks.list.every(({ ok }) => ok)) await sweep(probe);
  return checks.list;
}

const aboutRights: readonly FaultKind[] = ["denied", "quota", "invalid", "not-found"];

/** Collects what was tried. A fault that is about reachability and not about a right ends the check. */
class Checks {
  readonly list: Check[] = [];

  /** Tries one right; null when it is missing. Only faults of these kinds say so, every other is thrown. */
  async see<T>(right: string, attempt: () => Promise<T>, missing = aboutRights): Promise<T | null> {
    try {
      const value = await attempt();
      this.#add({ name: right, ok: true, sentence: "Allowed." });
      return value;
    } catch (error) {
      if (!(error instanceof TargetFault)) throw error;
      if (!missing.includes(error.kind)) throw error;
      const mend = error.kind === "denied" ? `Allow ${right} to the worker.` : `Look at the account: ${error.code}.`;
      this.#add({ name: right, ok: false, sentence: error.sentence, mend });
      return null;
    }
  }

  condition(check: Check): void {
    this.#add(check);
  }

  #add(check: Check): void {
    const at = this.list.findIndex(({ name }) => name === check.name);
    if (at < 0) this.list.push(check);
    else if (!check.ok) this.list[at] = check;
  }
}

async function ceiling({ role: { aws }, calls }: Probe, checks: Checks): Promise<void> {
  const { boundaryArn } = aws.settings;
  if (boundaryArn === null) {
    const sentence = "No ceiling is set: nothing but each request's own permissions limits what is made here.";
    checks.condition({ name: "ceiling", ok: true, sentence });
    return;
  }
  await checks.see("iam:GetPolicy", () =>
    aws.read(calls, "iam:GetPolicy", (options) =>
      aws.iam.send(new GetPolicyCommand({ PolicyArn: boundaryArn }), options),
    ),
  );
}

async function provider({ role: { aws }, calls }: Probe, checks: Checks): Promise<void> {
  const arn = aws.settings.githubProviderArn;
  if (arn === null) return;
  const found = await checks.see("iam:GetOpenIDConnectProvider", () =>
    aws.read(calls, "iam:GetOpenIDConnectProvider", (options) =>
      aws.iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }), options),
    ),
  );
  if (found === null) return;
  const accepted = (found.ClientIDList ?? []).includes(audience);
  const sentence = accepted
    ? `GitHub is trusted for ${audience}.`
    : `The provider does not accept the audience ${audience}.`;
  const mend = accepted ? {} : { mend: `Add the client id ${audience} to the provider.` };
  checks.condition({ name: "github-provider", ok: accepted, sentence, ...mend });
}

async function lists({ role: { aws }, calls }: Probe, checks: Checks): Promise<void> {
  const { path } = aws.settings;
  await checks.see("iam:ListRoles", () =>
    aws.read(calls, "iam:ListRoles", (options) =>
      aws.iam.send(new ListRolesCommand({ PathPrefix: path, MaxItems: 1 }), options),
    ),
  );
  await checks.see("iam:GetAccountAuthorizationDetails", () =>
    aws.read(calls, "iam:GetAccountAuthorizationDetails", (options) =>
      aws.iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: [EntityType.Role], MaxItems: 1 }), options),
    ),
  );
  await checks.see("iam:ListUsers", () =>
    aws.read(calls, "iam:ListUsers", (options) =>
      aws.iam.send(new ListUsersCommand({ PathPrefix: path, MaxItems: 1 }), options),
    ),
  );
}

/** Asking for the report writes it; only once it is there can reading it be tried. */
async function report({ role: { aws }, calls }: Probe, checks: Checks): Promise<void> {
  const state = await checks.see("iam:GenerateCredentialReport", () =>
    aws.read(calls, "iam:GenerateCredentialReport", async (options) => {
      return (await aws.iam.send(new GenerateCredentialReportCommand({}), options)).State ?? "";
    }),
  );
  if (state !== "COMPLETE") return;
  await checks.see("iam:GetCredentialReport", () =>
    aws.read(calls, "iam:GetCredentialReport", (options) => aws.iam.send(new GetCredentialReportCommand({}), options)),
  );
}

interface Tried {
  readonly ground: Ground;
  readonly desired: Desired;
}

const throwaway = (settings: AwsSettings, isRole: boolean): Desired => ({
  path: checkPath(settings),
  boundary: settings.boundaryArn,
  tags: { "charter:check": "true" },
  trust: isRole ? denyTrust : null,
  sessionSeconds: 3600,
  permissions: denyAll,
});

/** Create, read, disable, delete: each by the right's own name. Removal is tried even when something in between is missing. */
async function lifecycle(probe: Probe, checks: Checks, { ground, desired }: Tried): Promise<void> {
  const { holder, entry } = ground;
  const { calls, name } = probe;
  const noun = holder.noun === "role" ? "Role" : "User";
  const tags = { ...desired.tags, [markTags.installation]: entry.installation };
  const made = await checks.see(`iam:Create${noun}`, () => holder.create(calls, name, { desired, tags }));
  if (made === null) return;
  await checks.see(`iam:Get${noun}`, () => holder.read(calls, name));
  await reportRights(probe, checks, made.arn);
  await checks.see(`iam:Tag${noun}`, () => holder.tag(calls, name, { "charter:check": "done" }));
  await listTags(probe, checks, made);
  if (holder.noun === "role") await checks.see("iam:UpdateAssumeRolePolicy", () => holder.close(calls, name));
  else await keyRights(probe, checks);
  await checks.see(`iam:Put${noun}Policy`, () =>
    holder.putPolicy(calls, name, { name: disabledName, document: denyAll }),
  );
  await checks.see(`iam:Get${noun}Policy`, () => holder.policy(calls, name, disabledName));
  await checks.see(`iam:List${noun}Policies`, () => holder.policies(calls, name));
  await checks.see(`iam:ListAttached${noun}Policies`, () => holder.attached(calls, name));
  await checks.see(`iam:Delete${noun}Policy`, () => holder.deletePolicy(calls, name, disabledName));
  await removal({ holder, calls, name }, checks, `iam:Delete${noun}`);
}

/** Only a refusal speaks of a right: a new object may not be known yet, and a server that has no such report owes nobody one. */
async function reportRights({ role: { aws }, calls }: Probe, checks: Checks, arn: string): Promise<void> {
  const tried = async <T>(right: string, attempt: () => Promise<T>): Promise<T | null> => {
    try {
      return await checks.see(right, attempt, ["denied"]);
    } catch (error) {
      if (!(error instanceof TargetFault) || error.kind === "throttled") throw error;
      const sentence = `It could not be tried: ${error.sentence} What its access is used for stays untold.`;
      checks.condition({ name: right, ok: true, sentence });
      return null;
    }
  };
  const job = await tried("iam:GenerateServiceLastAccessedDetails", () => startReport(aws, calls, arn));
  if (job !== null) await tried("iam:GetServiceLastAccessedDetails", () => readReport(aws, calls, { job }));
}

async function listTags({ role: { aws }, calls }: Probe, checks: Checks, { name, trust }: Seen): Promise<void> {
  if (trust !== null)
    await checks.see("iam:ListRoleTags", () =>
      aws.read(calls, "iam:ListRoleTags", (options) =>
        aws.iam.send(new ListRoleTagsCommand({ RoleName: name }), options),
      ),
    );
  else
    await checks.see("iam:ListUserTags", () =>
      aws.read(calls, "iam:ListUserTags", (options) =>
        aws.iam.send(new ListUserTagsCommand({ UserName: name }), options),
      ),
    );
}

/** A key of a user without permissions; its secret is dropped unread and the key deleted. */
async function keyRights({ user: { aws, keys }, calls, name }: Probe, checks: Checks): Promise<void> {
  await checks.see("iam:ListAccessKeys", () => keys.list(calls, name));
  const id = await checks.see("iam:CreateAccessKey", () =>
    aws.change(
      calls,
      "iam:CreateAccessKey",
      async (options) =>
        (await aws.iam.send(new CreateAccessKeyCommand({ UserName: name }), options)).AccessKey?.AccessKeyId ?? "",
    ),
  );
  if (id === null) return;
  await checks.see("iam:GetAccessKeyLastUsed", () => keys.lastUsedAt(calls, id));
  await checks.see("iam:UpdateAccessKey", () => keys.setActive(calls, name, { id, active: false }));
  await checks.see("iam:DeleteAccessKey", () => keys.remove(calls, name, id));
}

/** Older than any check that still runs. */
const leftoverMs = 10 * 60_000;

/** Removes what a check left behind whose worker was killed: ours by path and tag, and old by AWS's own clock. */
async function sweep({ role, user, calls }: Probe): Promise<void> {
  const now = role.aws.clock();
  if (now === null) return;
  const PathPrefix = checkPath(role.aws.settings);
  const { Roles = [] } = await role.aws.read(calls, "iam:ListRoles", (options) =>
    role.aws.iam.send(new ListRolesCommand({ PathPrefix }), options),
  );
  const { Users = [] } = await user.aws.read(calls, "iam:ListUsers", (options) =>
    user.aws.iam.send(new ListUsersCommand({ PathPrefix }), options),
  );
  const old = ({ CreateDate }: { CreateDate?: Date | undefined }) =>
    CreateDate !== undefined && CreateDate.getTime() < now - leftoverMs;
  for (const { RoleName = "" } of Roles.filter(old)) await sweepOne(role, calls, RoleName);
  for (const { UserName = "" } of Users.filter(old)) await sweepOne(user, calls, UserName);
}

async function sweepOne({ holder, entry }: Ground, calls: Calls, name: string): Promise<void> {
  const seen = await holder.read(calls, name);
  const ours = seen?.tags[markTags.installation] === entry.installation && seen.tags["charter:check"] !== undefined;
  if (ours) await holder.remove(calls, name);
}

/** Removal needs several rights; the one that AWS refuses is named by the call that was refused. */
async function removal(
  of: { readonly holder: Holder; readonly calls: Calls; readonly name: string },
  checks: Checks,
  right: string,
): Promise<void> {
  let last = right;
  const watched: Calls = {
    make: (name, call) => {
      last = name;
      return of.calls.make(name, call);
    },
  };
  try {
    await of.holder.remove(watched, of.name);
    await checks.see(right, async () => null);
  } catch (error) {
    const earlier = error instanceof TargetFault && error.kind === "conflict";
    if (!earlier) await checks.see(last, () => Promise.reject(error));
  }
}
