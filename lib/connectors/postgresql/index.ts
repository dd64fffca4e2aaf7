import type { Connector } from "#lib/connectors/connector.ts";
import { access, amend, covers } from "./access.ts";
import { example } from "./example.ts";
import { flow } from "./flow.ts";
import { narrow } from "./narrow.ts";
import { permissions } from "./permission-help.ts";
import { plan, validate } from "./plan.ts";
import { reach } from "./reach.ts";
import { type PostgresqlSettings, settingsSchema } from "./settings.ts";
import { type PostgresqlSpec, specFrom, specSchema } from "./spec.ts";
import { use } from "./use.ts";

/** PostgreSQL 16 or later: a role that holds privileges and logins that act as it, each with a stored password. */
export const postgresql: Connector<PostgresqlSettings, PostgresqlSpec> = {
  kind: "postgresql",
  title: "PostgreSQL cluster",
  capabilities: new Set(["rotate", "last-used"]),
  credentials: ["static"],
  settings: settingsSchema,
  example,
  spec: specSchema,
  specFrom,
  narrow,
  amend,
  access,
  covers,
  validate,
  plan,
  flow,
  reach,
  use,
  permissions,
};
