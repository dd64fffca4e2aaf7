import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { type Closings, guarded } from "./guarded-begin.ts";
import * as attestation from "./schema/attestation.ts";
import * as audit from "./schema/audit.ts";
import * as claims from "./schema/claims.ts";
import * as configuration from "./schema/configuration.ts";
import * as debts from "./schema/debts.ts";
import * as directory from "./schema/directory.ts";
import * as findings from "./schema/findings.ts";
import * as inventory from "./schema/inventory.ts";
import * as notices from "./schema/notices.ts";
import * as passkeys from "./schema/passkeys.ts";
import * as progress from "./schema/progress.ts";
import * as uses from "./schema/uses.ts";

export const schema = {
  ...attestation,
  ...audit,
  ...claims,
  ...configuration,
  ...debts,
  ...directory,
  ...findings,
  ...inventory,
  ...notices,
  ...passkeys,
  ...progress,
  ...uses,
};

/**
 * `applicationName` is what operators see in `pg_stat_activity`; `max` connections are opened at most (10). `prepares`: statements are
 * kept outside transactions too, for whoever asks the same few all day; the server may then plan them without their values.
 */
export interface DatabaseOptions {
  readonly applicationName: string;
  readonly max?: number;
  readonly prepares?: boolean;
}

/**
 * Opens a pool in the role its URL names; nothing is connected until the first query, so a wrong URL shows there.
 * `sql` is the same pool without drizzle (LISTEN, cursors); its timestamps come back as text, because drizzle parses them itself.
 * A transaction whose connection is lost rejects; what it did is taken back by the server, or was committed already.
 */
export function openDatabase(url: string, options: DatabaseOptions) {
  const closings: Closings = { count: 0 };
  const pool = postgres(url, {
    max: options.max ?? 10,
    connection: { application_name: options.applicationName, TimeZone: "UTC" },
    onnotice: () => {},
    onclose: () => {
      closings.count += 1;
    },
  });
  const sql = guarded(pool, closings, options.prepares ?? false);
  return { db: drizzle(sql, { schema }), sql, close: () => sql.end({ timeout: 5 }) };
}

export type Database = ReturnType<typeof openDatabase>;
export type Db = Database["db"];
/** What `db.transaction` hands to its callback. */
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];
/** A function that only queries takes either. */
export type Queries = Db | Tx;
export type Sql = Database["sql"];
