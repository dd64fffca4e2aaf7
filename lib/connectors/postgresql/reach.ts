import type { PlannedObject } from "#lib/domain/plan.ts";
import type { Level, Reach } from "#lib/domain/reach.ts";
import { desiredOf } from "./plan.ts";
import type { Grant } from "./spec.ts";

/** PostgreSQL's privileges as access levels. EXECUTE counts as write: what a function does is not known here. */
export const levelOf: Readonly<Record<string, Level>> = {
  SELECT: "read",
  INSERT: "write",
  UPDATE: "write",
  DELETE: "write",
  TRUNCATE: "write",
  USAGE: "write",
  EXECUTE: "write",
};

/** Every privilege on every named object, grouped by database. */
export async function reach(objects: readonly PlannedObject[]): Promise<Reach> {
  const { grants } = desiredOf({ objects });
  const databases = [...new Set(grants.map(({ database }) => database))];
  const services = databases.map((database) => {
    const own = grants.filter((grant) => grant.database === database);
    return { service: database, title: `Database ${database}`, levels: levelsOf(own) };
  });
  const actions = services.reduce(
    (sum, { levels }) => sum + Object.values(levels).reduce((n, list) => n + list.length, 0),
    0,
  );
  const unknown = grants.flatMap(({ privileges }) =>
    privileges.filter((privilege) => levelOf[privilege] === undefined),
  );
  return {
    services,
    actions,
    resources: [...new Set(grants.flatMap(resourcesOf))],
    wildcardActions: [],
    wildcardResources: [...new Set(grants.flatMap(resourcesOf))].filter((resource) => resource.endsWith(".*")),
    permissionManagement: [],
    escalations: [],
    unknown: [...new Set(unknown)],
    besides: [functionsOfPublic(grants)],
    phrase: phraseOf(grants),
  };
}

/** https://www.postgresql.org/docs/18/ddl-priv.html: EXECUTE on a new function is given to PUBLIC. */
function functionsOfPublic(grants: readonly Grant[]): string {
  const schemas = [...new Set(grants.map(({ database, schema }) => `${database}.${schema}`))].join(", ");
  const may = `It may also call every function in ${schemas} that PUBLIC may: PostgreSQL gives EXECUTE on a new function to everybody.`;
  return grants.some(({ on }) => on === "function")
    ? `${may} Where that still stands, taking EXECUTE from this identity changes nothing; the function's owner must revoke it from PUBLIC.`
    : may;
}

const resourcesOf = ({ database, schema, names }: Grant): string[] =>
  names.map((name) => `${database}.${schema}.${name}`);

function levelsOf(grants: readonly Grant[]): { readonly [L in Level]: readonly string[] } {
  const at = (level: Level): readonly string[] => [
    ...new Set(
      grants.flatMap(({ privileges, schema, names }) =>
        privileges
          .filter((privilege) => levelOf[privilege] === level)
          .flatMap((privilege) => names.map((name) => `${privilege} ${schema}.${name}`)),
      ),
    ),
  ];
  return { list: [], read: at("read"), write: at("write"), permissions: [], tagging: [] };
}

function phraseOf(grants: readonly Grant[]): string {
  const writes = grants.some(
    ({ on, privileges }) => on !== "function" && privileges.some((one) => levelOf[one] === "write"),
  );
  const calls = grants.some(({ on }) => on === "function");
  const reads = grants.some(({ privileges }) => privileges.includes("SELECT"));
  const verbs = [...(reads ? ["read"] : []), ...(writes ? ["write"] : []), ...(calls ? ["call"] : [])].join(" and ");
  const every = grants.some(({ names }) => names.includes("*"));
  const count = new Set(grants.flatMap(resourcesOf)).size;
  const noun = grants.every(({ on }) => on === "function")
    ? "function"
    : grants.every(({ on }) => on === "table")
      ? "table"
      : "object";
  const databases = [...new Set(grants.map(({ database }) => database))].join(", ");
  const what = every ? `every ${noun}` : `${count} ${noun}${count === 1 ? "" : "s"}`;
  const text = `${verbs} ${what} in ${databases}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
