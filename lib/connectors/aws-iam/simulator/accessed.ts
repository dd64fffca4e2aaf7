import { z } from "zod";
import type { Operation, Turn } from "./holders.ts";
import { page, seconds } from "./holders.ts";
import { wireError, type Xml } from "./protocol.ts";
import type { Account, Holder, Report } from "./state.ts";

/** Services whose actions are tracked one by one. AWS's list is longer; of the others the service alone is told. */
const tracked: readonly string[] = ["ec2", "iam", "lambda", "s3"];
/** Calls that touch data are not tracked, as at AWS. */
const untracked = /^s3:(Get|Put|Delete|Restore)Object|^s3:ListBucket$|^lambda:Invoke/;

const mostReports = 200;

/** Records an attempt, refused or not, as the last use of its action. */
export function attempted(holder: Holder, action: string, now: Date): void {
  holder.attempts = { ...holder.attempts, [action]: seconds(now) };
}

function holderAt({ account, query }: Turn): Holder {
  const arn = query.required("Arn");
  const holder = [...Object.values(account.roles), ...Object.values(account.users)].find((one) => one.arn === arn);
  if (holder === undefined) throw wireError("NoSuchEntity", `ARN ${arn} cannot be found.`);
  return holder;
}

const listed = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const policy = z.object({ Statement: z.array(z.object({ Effect: z.string(), Action: listed.optional() })) });

/** Expressions of actions that its permissions allow, as written. */
const allowed = ({ inline }: Holder): readonly string[] =>
  Object.values(inline)
    .flatMap((document) => policy.safeParse(JSON.parse(document)).data?.Statement ?? [])
    .flatMap(({ Effect, Action }) => (Effect === "Allow" ? (Action ?? []) : []));

/** Every service its permissions allow, each with its last attempt; of a tracked one that was used, also of each action. */
function servicesOf(holder: Holder): readonly Xml[] {
  const attempts = Object.entries(holder.attempts ?? {});
  const names = allowed(holder);
  const services = [...new Set(names.map((name) => name.split(":")[0] ?? ""))].filter((one) => /^[a-z]/.test(one));
  return services.sort().map((service) => {
    const own = attempts.filter(([action]) => action.startsWith(`${service}:`));
    const [last] = own.map(([, at]) => at).sort((a, b) => b.localeCompare(a));
    return {
      ServiceName: service,
      ServiceNamespace: service,
      LastAuthenticated: last,
      LastAuthenticatedEntity: last === undefined ? undefined : holder.arn,
      LastAuthenticatedRegion: last === undefined ? undefined : "us-east-1",
      TotalAuthenticatedEntities: last === undefined ? 0 : 1,
      TrackedActionsLastAccessed: actionsOf({ holder, service, names, own }),
    };
  });
}

interface Service {
  readonly holder: Holder;
  readonly service: string;
  readonly names: readonly string[];
  readonly own: readonly (readonly [string, string])[];
}

/** Absent, as at AWS, where nothing of the service is tracked or no tracked action was tried. */
function actionsOf({ holder, service, names, own }: Service): Xml {
  const tried = new Map(own.filter(([action]) => !untracked.test(action)));
  if (!tracked.includes(service) || tried.size === 0) return undefined;
  const plain = names.filter((name) => name.startsWith(`${service}:`) && !/[*?]/.test(name) && !untracked.test(name));
  return [...new Set([...plain, ...tried.keys()])].sort().map((action) => {
    const at = tried.get(action);
    const by = at === undefined ? {} : { LastAccessedEntity: holder.arn, LastAccessedRegion: "us-east-1" };
    return { ActionName: action.slice(service.length + 1), LastAccessedTime: at, ...by };
  });
}

function generate(turn: Turn): Xml {
  const { account, now, query } = turn;
  const arn = holderAt(turn).arn;
  account.serial += 1;
  const id = `00000000-0000-4000-8000-${String(account.serial).padStart(12, "0")}`;
  const actions = query.optional("Granularity") === "ACTION_LEVEL";
  const kept = Object.entries(account.reports ?? {}).slice(1 - mostReports);
  account.reports = { ...Object.fromEntries(kept), [id]: { arn, actions, at: seconds(now), asked: 0 } };
  return { JobId: id };
}

/** Under way when it is first asked for, there from then on. */
function read(turn: Turn): Xml {
  const { account, query } = turn;
  const report = account.reports?.[query.required("JobId")];
  if (report === undefined) throw wireError("NoSuchEntity", "The job cannot be found.");
  report.asked += 1;
  const head = { JobType: report.actions ? "ACTION_LEVEL" : "SERVICE_LEVEL", JobCreationDate: report.at };
  if (report.asked === 1) return { JobStatus: "IN_PROGRESS", ...head, ServicesLastAccessed: [], IsTruncated: false };
  const list = { name: "ServicesLastAccessed", draw: (one: Xml) => one };
  const drawn = page(turn, contentOf(account, report), list);
  if (typeof drawn !== "object") return drawn;
  return { JobStatus: "COMPLETED", ...head, JobCompletionDate: report.at, ...drawn };
}

function contentOf(account: Account, { arn, actions }: Report): readonly Xml[] {
  const holder = [...Object.values(account.roles), ...Object.values(account.users)].find((one) => one.arn === arn);
  const services = holder === undefined ? [] : servicesOf(holder);
  if (actions) return services;
  return services.map((one) => (typeof one === "object" ? { ...one, TrackedActionsLastAccessed: undefined } : one));
}

/** What was used of a role's or user's permissions: asked for, then there. */
export const accessedOperations: Readonly<Record<string, Operation>> = {
  GenerateServiceLastAccessedDetails: generate,
  GetServiceLastAccessedDetails: read,
};
