import type { Target } from "#lib/connectors/connector.ts";
import { canonical } from "#lib/digest/digest.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Vault } from "#lib/vaults/store.ts";
import type { WorkerConfig } from "./config.ts";
import { entryDigest } from "./entry-digest.ts";
import { MissingReference } from "./references.ts";
import { type Connecting, connectTarget } from "./targets.ts";
import { connectVault } from "./vaults.ts";

/** Every target and vault of a configuration, connected when first asked for and then kept. */
export interface Places {
  target(name: string): Promise<Target>;
  vault(name: string): Promise<Vault>;
  /** Fingerprint of a place's entry as configured now; null when it is not configured. */
  entry(name: string): string | null;
  close(): Promise<void>;
}

/** Places that can take over another configuration while they are in use. */
export interface FollowingPlaces extends Places {
  /** Connects changed entries anew when next asked for; who holds an old connection keeps it for `drainMs`. Names of what changed. */
  follow(config: WorkerConfig): readonly string[];
}

/** A lease with its call timeout, twice over: no step holds a connection longer without renewing its lease. */
const drainMs = 160_000;

interface Closing {
  close(): Promise<void>;
}
type Entry = WorkerConfig["targets"][number] | WorkerConfig["vaults"][number];

export function openPlaces(first: WorkerConfig, connecting: Connecting): FollowingPlaces {
  let config = first;
  const open: Open = new Map();
  const targets = remembered(
    open,
    () => config.targets,
    (entry) => connectTarget(entry, connecting),
  );
  const vaults = remembered(
    open,
    () => config.vaults,
    (entry) => connectVault(entry, connecting.installation),
  );
  return {
    target: targets.ask,
    vault: vaults.ask,
    entry: (name) => {
      const entry = [...config.targets, ...config.vaults].find((one) => one.name === name);
      return entry === undefined ? null : entryDigest(entry);
    },
    follow: (next) => {
      const changed = differing(config, next);
      config = next;
      for (const name of changed) {
        targets.forget(name);
        vaults.forget(name);
        closeLater(open.get(name));
        open.delete(name);
      }
      return changed;
    },
    close: async () => {
      const closing = [...open.values()].map(async (one) => (await one).close());
      await Promise.allSettled(closing);
    },
  };
}

/** Connections that are open or being opened, by the name of their place. */
type Open = Map<string, Promise<Closing>>;

/** Connects when first asked for a name, and remembers; an answer that failed is asked for again. */
function remembered<E extends Entry, T extends Closing>(
  open: Open,
  entries: () => readonly E[],
  connect: (entry: E) => Promise<T>,
) {
  const answers = new Map<string, Promise<T>>();
  const connected = (name: string): Promise<T> => {
    const entry = entries().find((one) => one.name === name);
    if (entry === undefined) return unknown(name);
    const connection = reachable(connect(entry));
    open.set(name, connection);
    connection.catch(() => open.get(name) === connection && open.delete(name));
    return connection;
  };
  const ask = (name: string): Promise<T> => {
    const answer = answers.get(name) ?? connected(name);
    answers.set(name, answer);
    answer.catch(() => answers.get(name) === answer && answers.delete(name));
    return answer;
  };
  return { ask, forget: (name: string) => answers.delete(name) };
}

/** Names of entries that are new, gone or not as they were in what a connection is made from. */
function differing(before: WorkerConfig, after: WorkerConfig): readonly string[] {
  const [old, now] = [before, after].map(
    ({ targets, vaults }) => new Map([...targets, ...vaults].map((entry) => [entry.name, madeFrom(entry)])),
  );
  const names = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
  return [...names].filter((name) => old?.get(name) !== now?.get(name));
}

const madeFrom = ({ kind, settings, credentials, windows, ...entry }: Entry): string =>
  canonical({ kind, settings, credentials, windows, approved: "approved" in entry ? entry.approved : null });

function closeLater(connection: Promise<Closing> | undefined): void {
  if (connection === undefined) return;
  const close = () => void connection.then((one) => one.close()).catch(() => undefined);
  setTimeout(close, drainMs).unref();
}

const unknown = (name: string): Promise<never> =>
  Promise.reject(new TargetFault("unavailable", "not-configured", `${name} is not in this worker's configuration.`));

/** A secret that is not there keeps its place out of reach, not the worker from running. */
async function reachable<T>(connecting: Promise<T>): Promise<T> {
  try {
    return await connecting;
  } catch (error) {
    if (!(error instanceof MissingReference)) throw error;
    throw new TargetFault("unavailable", "missing-reference", error.message);
  }
}
