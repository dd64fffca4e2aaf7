import type { Usage } from "#lib/connectors/connector.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Plan } from "#lib/domain/plan.ts";
import { desiredOf } from "./plan.ts";

/** How the workload connects: with what it reads from the vault, login and password together, since a rotation replaces both. */
export function use(plan: Plan, _facts: JsonObject): readonly Usage[] {
  const { grants } = desiredOf(plan);
  const database = grants[0]?.database ?? "postgres";
  const { storage } = plan;
  if (storage === null) return [];
  const read = (field: string): string => `vault kv get -mount=${storage.mount} -field=${field} ${storage.path}`;
  return [
    {
      title: "psql",
      language: "bash",
      text: `# ${storage.vault}: ${storage.mount}/${storage.path} holds username, password, host, port, database and sslmode
export PGHOST="$(${read("host")})" PGPORT="$(${read("port")})" PGSSLMODE="$(${read("sslmode")})"
export PGUSER="$(${read("username")})" PGDATABASE=${database}
PGPASSWORD="$(${read("password")})" psql
`,
    },
    {
      title: "Connection string",
      language: "text",
      text: `postgresql://<username>@<host>:<port>/${database}?sslmode=<sslmode>   (username, host, port, sslmode and password: see ${storage.mount}/${storage.path})`,
    },
  ];
}
