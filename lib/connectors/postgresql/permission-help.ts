import type { PermissionHelp } from "#lib/connectors/connector.ts";
import type { Explained, Found, Grant, Remark } from "#lib/domain/permission.ts";
import type { Level } from "#lib/domain/reach.ts";
import { readDenial } from "./denial.ts";
import { isName, isSystemSchema } from "./names.ts";
import { levelOf } from "./reach.ts";
import type { PostgresqlSettings } from "./settings.ts";
import { grantable, type PostgresqlSpec, readResource } from "./spec.ts";

type On = keyof typeof grantable;

/** Privileges on tables, sequences and functions. What lies in a database is not known here: the portal has no way to it. */
export const permissions: PermissionHelp<PostgresqlSettings, PostgresqlSpec> = {
  words: {
    resource: "Object",
    example: "table:orders/public/invoices",
    denial: "ERROR:  permission denied for table invoices\nSTATEMENT:  INSERT INTO billing.invoices …",
  },
  search,
  explain,
  denied: readDenial,
  needOf: ({ grants }) => ({
    grants: grants.map(({ database, on, schema, names, privileges }) => ({
      actions: privileges,
      resources: [`${on}:${database}/${schema}/${names.join(",")}`],
    })),
  }),
};

const meanings: Readonly<Record<string, string>> = {
  "SELECT table": "read rows",
  "INSERT table": "add rows",
  "UPDATE table": "change rows",
  "DELETE table": "delete rows",
  "TRUNCATE table": "empty the table at once",
  "USAGE sequence": "take the next number",
  "SELECT sequence": "read the current number",
  "EXECUTE function": "call it; what it does is up to the function",
};

const kinds: readonly On[] = ["table", "sequence", "function"];
const pattern = (on: On): string => `${on}:<database>/<schema>/<names, or *>`;

async function search({ text }: { readonly text: string }): Promise<readonly Found[]> {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const all = kinds.flatMap((on) =>
    grantable[on].map((action) => ({ action, on, description: meanings[`${action} ${on}`] ?? "" })),
  );
  return all
    .filter(({ action, on, description }) =>
      words.every((word) => `${action} ${on}s ${description} ${levelOf[action]}`.toLowerCase().includes(word)),
    )
    .map(({ action, on, description }) => ({
      kind: "action",
      action,
      of: `${on}s`,
      level: levelOf[action] ?? "write",
      description,
      patterns: [pattern(on)],
    }));
}

async function explain(grants: readonly Grant[], settings: PostgresqlSettings | null): Promise<Explained> {
  return {
    grants: grants.map(({ actions, resources }) => ({
      actions: actions.map((action) => ({
        action,
        level: levelFor(action),
        description: meaningOf(action, resources),
        standsFor: null,
      })),
      patterns: kinds.filter((on) => actions.every((action) => isOn(action, on))).map(pattern),
      open: resources.filter((one) => one.trim().endsWith("/*")),
    })),
    remarks: grants.flatMap(({ actions, resources }, at) =>
      resources.flatMap((text, index) =>
        text.trim() === ""
          ? []
          : remarkOn({ text, actions, settings }).map((one) => ({
              ...one,
              field: `need.grants.${at}.resources.${index}`,
            })),
      ),
    ),
  };
}

const levelFor = (action: string): Level | null => levelOf[action] ?? null;
const isOn = (action: string, on: On): boolean => grantable[on].some((one) => one === action);

function meaningOf(action: string, resources: readonly string[]): string {
  const on = kinds.find((kind) => resources.some((one) => one.startsWith(`${kind}:`)) && isOn(action, kind));
  return meanings[`${action} ${on ?? kinds.find((kind) => isOn(action, kind))}`] ?? "";
}

interface Asked {
  readonly text: string;
  readonly actions: readonly string[];
  readonly settings: PostgresqlSettings | null;
}

function remarkOn({ text, actions, settings }: Asked): Omit<Remark, "field">[] {
  const bad = (sentence: string, mend: string) => [{ tone: "bad" as const, sentence, mend }];
  const { on, database, schema, names } = readResource(text);
  const kind = kinds.find((one) => one === on);
  if (kind === undefined || ![database, schema, ...names].every(isName))
    return bad(
      "This names no object.",
      "Write table:database/schema/name; several names with commas, * for every one.",
    );
  const other = actions.find((action) => !isOn(action, kind));
  if (other !== undefined) return bad(`There is no ${other} on a ${kind}.`, `It knows ${grantable[kind].join(", ")}.`);
  if (isSystemSchema(schema))
    return bad("Nothing is granted in the system's own schemas.", "Name a schema of your own.");
  if (settings === null || settings.databases.includes(database)) return [];
  return bad(
    `The target is not open for the database ${database}.`,
    `It is open for ${settings.databases.join(", ")}.`,
  );
}
