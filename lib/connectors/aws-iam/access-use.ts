import { setTimeout as wait } from "node:timers/promises";
import {
  AccessAdvisorUsageGranularityType,
  GenerateServiceLastAccessedDetailsCommand,
  GetServiceLastAccessedDetailsCommand,
  type GetServiceLastAccessedDetailsResponse,
  type ServiceLastAccessed,
} from "@aws-sdk/client-iam";
import type { AccessUse } from "#lib/connectors/connector.ts";
import type { ServiceTold } from "#lib/domain/access-use.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { Aws } from "./client.ts";

/** AWS tells of an attempt within four hours, and of those of the last 400 days. */
const lagMinutes = 240;
const trackedMs = 400 * 86_400_000;
/** A report takes AWS seconds: it is asked for this often, with a pause that grows to two seconds. */
const triesToFinish = 20;
const longestPauseMs = 2_000;
/** Far more than the services of AWS take. */
const mostPages = 20;

/** Used at another service's door: AWS keeps no record of them under `iam`. */
const untraced = ["iam:PassRole", "iam:CreateServiceLinkedRole"];

/** What AWS calls last accessed information: attempts, refused ones too, by service and where AWS tells it by action. */
export function accessUse(aws: Aws, pollMs: number): AccessUse {
  return {
    everyMinutes: 24 * 60,
    tell: async ({ externalId, since }, calls) => {
      if (!/:(role|user)\//.test(externalId)) return null;
      const job = await startReport(aws, calls, externalId);
      const services = await finished(aws, calls, { job, pollMs });
      if (services === null) return null;
      const seesSince = new Date((aws.clock() ?? since.getTime()) - trackedMs);
      return { source: "AWS: last accessed information", services: services.map(toldOf), seesSince, lagMinutes };
    },
  };
}

/** Asks for the report on a role or user by its ARN; its job's id. Reading alone: the report is nobody's but ours. */
export const startReport = (aws: Aws, calls: Calls, arn: string): Promise<string> =>
  aws.read(calls, "iam:GenerateServiceLastAccessedDetails", async (options) => {
    const Granularity = AccessAdvisorUsageGranularityType.ACTION_LEVEL;
    const command = new GenerateServiceLastAccessedDetailsCommand({ Arn: arn, Granularity });
    return (await aws.iam.send(command, options)).JobId ?? "";
  });

/** One page of the report, as far as it is there. */
export const readReport = (
  aws: Aws,
  calls: Calls,
  { job, marker }: { readonly job: string; readonly marker?: string | undefined },
): Promise<GetServiceLastAccessedDetailsResponse> =>
  aws.read(calls, "iam:GetServiceLastAccessedDetails", (options) =>
    aws.iam.send(new GetServiceLastAccessedDetailsCommand({ JobId: job, MaxItems: 1_000, Marker: marker }), options),
  );

/** The whole report; null where AWS failed to make it, or gave it in part alone: a part would make the rest look unused. */
async function finished(
  aws: Aws,
  calls: Calls,
  { job, pollMs }: { readonly job: string; readonly pollMs: number },
): Promise<readonly ServiceLastAccessed[] | null> {
  let page = await readReport(aws, calls, { job });
  for (let tried = 1; page.JobStatus === "IN_PROGRESS"; tried += 1) {
    if (tried >= triesToFinish)
      throw new TargetFault("unavailable", "ReportNotReady", "AWS did not finish its report of what was used.");
    await wait(Math.min(pollMs * tried, longestPauseMs));
    page = await readReport(aws, calls, { job });
  }
  const found: ServiceLastAccessed[] = [];
  for (let pages = 0; pages < mostPages; pages += 1) {
    if (page.JobStatus !== "COMPLETED") return null;
    found.push(...(page.ServicesLastAccessed ?? []));
    if (page.IsTruncated !== true) return found;
    page = await readReport(aws, calls, { job, marker: page.Marker });
  }
  return null;
}

function toldOf({ ServiceNamespace = "", LastAuthenticated, TrackedActionsLastAccessed }: ServiceLastAccessed) {
  const prefix = `${ServiceNamespace}:`;
  const actions = (TrackedActionsLastAccessed ?? []).flatMap(({ ActionName, LastAccessedTime }) =>
    ActionName === undefined
      ? []
      : [{ action: prefix + ActionName, lastUsedAt: LastAccessedTime?.toISOString() ?? null }],
  );
  const told: ServiceTold = {
    service: ServiceNamespace,
    lastUsedAt: LastAuthenticated?.toISOString() ?? null,
    actions: actions.length === 0 ? null : actions,
    untraced: untraced.filter((one) => one.startsWith(prefix)),
  };
  return told;
}
