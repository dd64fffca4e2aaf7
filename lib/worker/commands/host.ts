import { randomUUID } from "node:crypto";
import { type Db, openDatabase } from "#db/client.ts";
import type { Outcome } from "#lib/domain/refusal.ts";
import type { FactActor } from "#lib/facts/run.ts";
import type { WorkerConfig } from "../config.ts";
import { configPath, readConfig } from "../config-file.ts";

/** What a command of the worker's host works with. */
export interface Host {
  readonly db: Db;
  readonly config: WorkerConfig;
  readonly newId: () => string;
  readonly actor: FactActor;
}

/** The operator of the machine, whom nothing proves but being there. */
const operator: FactActor = { id: "host", evidence: "host" };

export const say = (text: string): void => void process.stdout.write(`${text}\n`);
export const complain = (text: string): void => void process.stderr.write(`${text}\n`);

/** Says each refusal on a line of its own; the exit code. */
export function refusedWith({ refusals }: Extract<Outcome<unknown>, { readonly refusals: unknown }>): number {
  for (const { sentence, mend } of refusals) complain(mend === undefined ? sentence : `${sentence} ${mend}`);
  return 1;
}

/** Opens configuration and database for one command and closes them after it; the exit code, 2 when they are not there. */
export async function onHost(command: (host: Host) => Promise<number>): Promise<number> {
  const url = process.env.CHARTER_WORKER_DATABASE_URL;
  const path = configPath(process.env);
  if (!url || path === null) {
    complain("Set CHARTER_WORKER_DATABASE_URL and CHARTER_CONFIG, as worker.env does.");
    return 2;
  }
  const loaded = await readConfig(path);
  if ("refusals" in loaded) return refusedWith(loaded);
  const database = openDatabase(url, { applicationName: "charter-command", max: 2 });
  try {
    return await command({ db: database.db, config: loaded.ok.config, newId: randomUUID, actor: operator });
  } finally {
    await database.close();
  }
}
