import { type KnownService, serviceOf } from "./actions.ts";
import { after, type Denied, flattened } from "./denied-text.ts";
import { everyService } from "./search.ts";

/** S3's operations that are allowed by actions of another name. Source: S3 user guide, "Required permissions for Amazon S3 API operations". */
const otherwise: Readonly<Record<string, readonly string[]>> = {
  headobject: ["GetObject"],
  headbucket: ["ListBucket"],
  listobjects: ["ListBucket"],
  listobjectsv2: ["ListBucket"],
  listbuckets: ["ListAllMyBuckets"],
  deleteobjects: ["DeleteObject"],
  copyobject: ["GetObject", "PutObject"],
  createmultipartupload: ["PutObject"],
  uploadpart: ["PutObject"],
  completemultipartupload: ["PutObject"],
};

/**
 * A call that was denied without naming the action: what the command line, an SDK or CloudTrail call the operation. The
 * service is taken from the message where it stands there, else from whichever has such an action; nothing when it is no denial.
 */
export async function calledOperation(text: string): Promise<readonly Denied[]> {
  const plain = flattened(text);
  if (!/access ?denied|unauthorized|not authorized|forbidden|statuscode: 403/i.test(plain)) return [];
  const called = operationIn(plain);
  if (called === null) return [];
  const named = called.service === null ? null : await serviceOf(called.service);
  if (named !== null) return deniedOf(actionsIn(named, called.operation), null);
  const holding = (await everyService()).filter((service) => actionsIn(service, called.operation).length > 0);
  const chosen = holding.find(({ prefix }) => prefix === "s3") ?? (holding.length === 1 ? holding[0] : undefined);
  if (chosen === undefined) return [];
  const assumed = `The message names the operation ${called.operation} but no service: ${chosen.title} is assumed.`;
  return deniedOf(actionsIn(chosen, called.operation), holding.length === 1 ? null : assumed);
}

interface Called {
  readonly service: string | null;
  readonly operation: string;
}

function operationIn(plain: string): Called | null {
  const cli = after(plain, "when calling the ", /^([A-Za-z0-9]{2,80}) operation/);
  if (cli !== null) return { service: null, operation: cli };
  const sdk = /^ ?([A-Za-z0-9 ]{2,60}): ([A-Za-z0-9]{2,80})[, ]/.exec(
    plain.slice(Math.max(0, plain.indexOf("operation error")) + "operation error".length).slice(0, 200),
  );
  if (plain.includes("operation error") && sdk?.[1] !== undefined && sdk[2] !== undefined)
    return { service: sdk[1].replaceAll(" ", "").toLowerCase(), operation: sdk[2] };
  const event = after(plain, '"eventName":', /^ ?"([A-Za-z0-9]{2,80})"/);
  const source = after(plain, '"eventSource":', /^ ?"([a-z0-9-]{2,60})\.amazonaws\.com"/);
  return event === null ? null : { service: source, operation: event };
}

function actionsIn(service: KnownService, operation: string): readonly string[] {
  const key = operation.toLowerCase();
  const names = service.prefix === "s3" ? (otherwise[key] ?? [operation]) : [operation];
  return names.flatMap((name) => service.actions.get(name.toLowerCase())?.name ?? []);
}

const deniedOf = (actions: readonly string[], assumed: string | null): readonly Denied[] =>
  actions.map((action) => ({
    action,
    resource: null,
    principal: null,
    why: { kind: "unsaid", policy: null },
    assumed,
  }));
