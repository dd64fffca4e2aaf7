import { registerHooks } from "node:module";

/** A change of one source file as a worker process loads it; what it replaces must be there exactly once. */
interface Patch {
  /** End of the file's path. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Builds of the worker that no setting makes: for a paused worker, and each sabotage. The files on disk stay as they are. */
export const builds = {
  /** Stops where it would be killed, and its leases end soon. */
  pausing: [
    { file: "lib/worker/crash.ts", from: '"SIGKILL"', to: '"SIGSTOP"' },
    {
      file: "lib/worker/claiming.ts",
      from: "leaseMs: 60_000, callTimeoutMs: 20_000",
      to: "leaseMs: 2_500, callTimeoutMs: 1_000",
    },
  ],
  /** Leases end after some seconds. */
  hasty: [
    {
      file: "lib/worker/claiming.ts",
      from: "leaseMs: 60_000, callTimeoutMs: 20_000",
      to: "leaseMs: 6_000, callTimeoutMs: 2_000",
    },
  ],
  /** A fenced commit no longer asks whose step it is. */
  "no fence": [
    {
      file: "lib/facts/steps/owned.ts",
      from: "step === null || intent === null || step.fence !== owned.fence",
      to: "step === null || intent === null",
    },
    {
      file: "lib/facts/steps/owned.ts",
      from: 'if (step.state !== "claimed" && step.state !== "sent") throw new LostLease();',
      to: "",
    },
  ],
  /** What a secret will be is not committed before the target is told. */
  "no intent first": [
    {
      file: "lib/worker/credential-client-chosen.ts",
      from: "await this.issuing.work.checkpoint({ credential: facts });",
      to: 'if (facts.phase !== "attempt") await this.issuing.work.checkpoint({ credential: facts });',
    },
  ],
  /** The vendor's client repeats a call whose answer was lost. */
  "client retries on": [{ file: "lib/connectors/aws-iam/client.ts", from: "maxAttempts: 1,", to: "maxAttempts: 3," }],
  /** The entry follows its change in a transaction of its own. */
  "audit outside the transaction": [
    {
      file: "lib/facts/run.ts",
      from: "record: (value, ...entries) => recordedBy(value, appendEntries(tx, context.actor, entries)),",
      to: `record: (value, ...entries) => {
      setTimeout(() => void context.db.transaction((later) => appendEntries(later, context.actor, entries)), 200);
      return recordedBy(value, Promise.resolve());
    },`,
    },
  ],
} as const satisfies Readonly<Record<string, readonly Patch[]>>;
export type Build = keyof typeof builds;

/** Loads every module of this process from here on as these builds have it. Throws where a patch does not fit its file. */
export function load(names: readonly Build[]): void {
  const patches = names.flatMap((name): readonly Patch[] => builds[name]);
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      const here = patches.filter(({ file }) => url.endsWith(`/${file}`));
      if (here.length === 0) return loaded;
      return { ...loaded, source: here.reduce(patched, String(loaded.source)) };
    },
  });
}

function patched(source: string, { file, from, to }: Patch): string {
  if (source.split(from).length !== 2) throw new Error(`The patch of ${file} does not fit: ${from}`);
  return source.replace(from, () => to);
}
