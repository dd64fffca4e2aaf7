import { migrationsCurrent } from "#db/migration-state.ts";
import { readHealth, readRole } from "#db/read/health.ts";
import { database } from "./database.ts";
import { fault } from "./log.ts";
import { readSettings } from "./settings.ts";

export interface Health {
  readonly fit: boolean;
  /** What is wrong, by name, each with its sentence. */
  readonly reasons: readonly { readonly name: string; readonly sentence: string }[];
}

const unfit = (name: string, ...sentences: readonly string[]): Health => ({
  fit: false,
  reasons: sentences.map((sentence) => ({ name, sentence })),
});

/** Whether Charter may serve: settings, database, migrations, a fresh worker without problems, the log as it was anchored, an active bundle. */
export async function health(): Promise<Health> {
  const read = readSettings(process.env);
  if ("problems" in read) return unfit("settings", ...read.problems);
  try {
    return await ofDatabase();
  } catch (thrown) {
    return unfit("database", `The database does not answer (reference ${fault("health", thrown)}).`);
  }
}

async function ofDatabase(): Promise<Health> {
  const { db } = database();
  const role = await readRole(db);
  if (role !== "charter_web")
    return unfit("role", `The web must connect as charter_web; CHARTER_WEB_DATABASE_URL names ${role}.`);
  if (!(await migrationsCurrent(db)))
    return unfit("migrations", "The database lacks migrations of this version. Run them as charter_migrate.");
  const state = await readHealth(db);
  const reasons = [
    ...(state.freshWorkers === 0
      ? [{ name: "worker", sentence: "No worker has reported in the last 15 seconds." }]
      : []),
    ...(state.activeBundle ? [] : [{ name: "policy", sentence: "No policy bundle is active." }]),
    ...(state.configurations > 1
      ? [{ name: "configuration", sentence: "Workers run with different configuration files." }]
      : []),
    ...state.halted.map((sentence) => ({ name: "audit", sentence })),
    ...state.problems.map((sentence) => ({ name: "configuration", sentence })),
  ];
  return { fit: reasons.length === 0, reasons };
}
