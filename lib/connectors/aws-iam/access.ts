import { z } from "zod";
import { canonical } from "#lib/digest/digest.ts";
import type { Permission } from "#lib/domain/access.ts";
import type { PlannedObject } from "#lib/domain/plan.ts";
import { expand, matches } from "./actions.ts";
import { kinds } from "./plan.ts";

const allowed = z.object({
  Effect: z.literal("Allow"),
  Action: z.array(z.string()),
  Resource: z.array(z.string()),
  Condition: z.record(z.string(), z.json()).optional(),
});
const document = z.object({ document: z.object({ Statement: z.array(z.unknown()) }) });

type Statement = z.output<typeof allowed>;

/** Every action that the planned policies allow, expanded, with the resources and the condition of its statement. */
export const access = (objects: readonly PlannedObject[]): Promise<readonly Permission[]> =>
  ofEach(objects, permissionsOf);

/** Each wildcard among the actions, as it is written: AWS adds actions that it then stands for too. */
export const later = (objects: readonly PlannedObject[]): Promise<readonly Permission[]> => ofEach(objects, laterOf);

async function ofEach(
  objects: readonly PlannedObject[],
  read: (statement: Statement) => Promise<readonly Permission[]>,
): Promise<readonly Permission[]> {
  const permissions: Permission[] = [];
  for (const { desired } of objects.filter(({ kind }) => kind === kinds.policy))
    for (const statement of document.parse(desired).document.Statement) {
      const one = allowed.safeParse(statement);
      if (one.success) permissions.push(...(await read(one.data)));
    }
  return permissions;
}

const placesOf = ({ Resource, Condition }: Statement) => {
  const condition = Condition === undefined ? null : canonical(Condition);
  return Resource.map((resource) => ({ resource, condition }));
};

async function permissionsOf(statement: Statement): Promise<readonly Permission[]> {
  const on = placesOf(statement);
  const { known, services, unknown } = await expand(statement.Action);
  const titles = new Map(services.map(({ prefix, title }) => [prefix, title]));
  const titleOf = (name: string) => titles.get(name.split(":")[0]?.toLowerCase() ?? "") ?? "Not known";
  return [...known.map(({ name, level }) => ({ name, level })), ...unknown.map((name) => ({ name, level: null }))].map(
    ({ name, level }) => ({ action: name, key: name.toLowerCase(), service: titleOf(name), level, on }),
  );
}

/** One that stands for nothing known is among the permissions already. */
async function laterOf(statement: Statement): Promise<readonly Permission[]> {
  const on = placesOf(statement);
  const wild = statement.Action.filter((expression) => /[*?]/.test(expression));
  const read = await Promise.all(
    wild.map(async (expression) =>
      (await expand([expression])).services.map(({ title }) => ({
        ...{ action: `${expression} and what AWS adds to it`, key: expression.toLowerCase() },
        ...{ service: title, level: null, on },
      })),
    ),
  );
  return read.flat();
}

/** An ARN has six parts, the last of which may hold colons. */
function partsOf(arn: string): readonly string[] {
  const [prefix = "", partition = "", service = "", region = "", account = "", ...resource] = arn.split(":");
  return [prefix, partition, service, region, account, resource.join(":")];
}

/**
 * IAM's wildcards in both: `*` stands for any run, `?` for one character, never across the colons of the first five parts.
 * Certain or false: a run in the specific one is only covered by a run in the general one. A policy variable is a run of nobody
 * knows what: the general one covers it where it would cover any text in its place, and covers by its own only the very same.
 */
export function covers(general: string, specific: string): boolean {
  if (general === specific || general === "*") return true;
  if (!general.startsWith("arn:") || !specific.startsWith("arn:")) return false;
  const own = partsOf(specific);
  return partsOf(general).every((pattern, at) => partCovers(pattern, own[at] ?? ""));
}

function partCovers(pattern: string, text: string): boolean {
  if (pattern === text) return true;
  const open = text.replace(/\$\{[^}]*\}?/g, "*");
  return !pattern.includes("${") && !(pattern.includes("?") && open.includes("*")) && matches(pattern, open);
}
