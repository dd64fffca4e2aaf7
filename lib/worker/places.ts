import type { Target } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Vault } from "#lib/vaults/store.ts";
import type { WorkerConfig } from "./config.ts";
import { MissingReference } from "./references.ts";
import { type Connecting, connectTarget } from "./targets.ts";
import { connectVault } from "./vaults.ts";

/** Every target and vault of a configuration, connected when first asked for and then kept. */
export interface Places {
  target(name: string): Promise<Target>;
  vault(name: string): Promise<Vault>;
  close(): Promise<void>;
}

interface Closing {
  close(): Promise<void>;
}

export function openPlaces(config: WorkerConfig, connecting: Connecting): Places {
  const open = new Map<string, Promise<Closing>>();
  const kept = <T extends Closing>(name: string, connect: () => Promise<T>): Promise<T> => {
    const connected = connect();
    open.set(name, connected);
    connected.catch(() => open.delete(name));
    return connected;
  };
  const targets = once((name: string) => {
    const entry = config.targets.find((one) => one.name === name);
    return entry === undefined ? unknown(name) : kept(name, () => reachable(connectTarget(entry, connecting)));
  });
  const vaults = once((name: string) => {
    const entry = config.vaults.find((one) => one.name === name);
    return entry === undefined
      ? unknown(name)
      : kept(name, () => reachable(connectVault(entry, connecting.installation)));
  });
  return {
    target: targets,
    vault: vaults,
    close: async () => {
      const closing = [...open.values()].map(async (one) => (await one).close());
      await Promise.allSettled(closing);
    },
  };
}

/** Remembers an answer; one that failed is asked for again. */
function once<T>(ask: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (name) => {
    const answer = answers.get(name) ?? ask(name);
    answers.set(name, answer);
    answer.catch(() => answers.delete(name));
    return answer;
  };
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
