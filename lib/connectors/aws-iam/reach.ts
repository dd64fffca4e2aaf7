import { z } from "zod";
import type { PlannedObject } from "#lib/domain/plan.ts";
import type { Level, Reach } from "#lib/domain/reach.ts";
import { type Expanded, expand, type KnownAction, weightiest } from "./actions.ts";
import { escalationsOf } from "./escalations.ts";
import { kinds } from "./plan.ts";
import { counted, isOpenEnded } from "./resources.ts";

const allowed = z.object({ Effect: z.literal("Allow"), Action: z.array(z.string()), Resource: z.array(z.string()) });
const document = z.object({ document: z.object({ Statement: z.array(z.unknown()) }) });

interface Allowed {
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/**
 * Everything the planned policies allow, each action expanded with the access level of AWS's own reference. Conditions
 * are ignored: they can only narrow. A `*` resource counts as open-ended unless every action of its statement takes no
 * other.
 */
export async function reach(objects: readonly PlannedObject[]): Promise<Reach> {
  const statements = objects
    .filter(({ kind }) => kind === kinds.policy)
    .flatMap(({ desired }) => statementsOf(desired));
  const expressions = [...new Set(statements.flatMap(({ Action }) => Action))];
  const resources = [...new Set(statements.flatMap(({ Resource }) => Resource))];
  const expanded = await expand(expressions);
  const names = new Set(expanded.known.map(({ name }) => name));
  const escalations = escalationsOf(names);
  const plainly = phrase(
    expanded,
    resources.filter((one) => one !== "*" || resources.length === 1),
  );
  return {
    services: servicesOf(expanded),
    actions: names.size + expanded.unknown.length,
    resources,
    wildcardActions: expressions.filter((one) => /[*?]/.test(one)),
    wildcardResources: await openEnded(statements),
    permissionManagement: expanded.known.filter(({ level }) => level === "permissions").map(({ name }) => name),
    escalations,
    unknown: expanded.unknown,
    phrase: escalations.length > 0 ? `${plainly}, and can gain more power` : plainly,
  };
}

const statementsOf = (desired: unknown): readonly Allowed[] =>
  document.parse(desired).document.Statement.flatMap((statement) => {
    const read = allowed.safeParse(statement);
    return read.success ? [read.data] : [];
  });

function servicesOf({ known, services }: Expanded): Reach["services"] {
  return services
    .map(({ prefix, title }) => ({
      service: prefix,
      title,
      levels: byLevel(known.filter(({ name }) => name.startsWith(`${prefix}:`))),
    }))
    .sort((a, b) => a.service.localeCompare(b.service));
}

const byLevel = (actions: readonly KnownAction[]): Record<Level, readonly string[]> => {
  const at = (level: Level) =>
    actions
      .filter((action) => action.level === level)
      .map(({ name }) => name)
      .sort();
  return {
    list: at("list"),
    read: at("read"),
    write: at("write"),
    permissions: at("permissions"),
    tagging: at("tagging"),
  };
};

async function openEnded(statements: readonly Allowed[]): Promise<readonly string[]> {
  const found = await Promise.all(
    statements.map(async ({ Action, Resource }) => {
      const { known, unknown } = await expand(Action);
      const noOtherWay = unknown.length === 0 && known.every(({ everywhere }) => everywhere);
      return Resource.filter((one) => isOpenEnded(one) && !(one === "*" && noOtherWay));
    }),
  );
  return [...new Set(found.flat())];
}

const verbs: Readonly<Record<Level, string>> = {
  permissions: "Change permissions on",
  write: "Write to",
  tagging: "Tag",
  read: "Read from",
  list: "List",
};

function phrase({ known, unknown }: Expanded, resources: readonly string[]): string {
  const level = unknown.length > 0 ? "permissions" : weightiest(known);
  return level === null ? "Nothing" : `${verbs[level]} ${counted(resources)}`;
}
