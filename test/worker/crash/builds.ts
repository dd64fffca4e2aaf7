import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

/** A change of one source file in a build of the worker; what it replaces must be there exactly once. */
interface Patch {
  /** From the checkout. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Builds of the worker that no setting makes: for a paused worker, and each sabotage. The files on disk stay as they are. */
export const builds = {
  /** Stops where it would be killed, its leases end soon, and it tells of each step that it is through with. */
  pausing: [
    {
      file: "lib/worker/saga.ts",
      from: "await runClaimed(options, claimed);",
      to: `await runClaimed(options, claimed).finally(() =>
      process.stdout.write("through " + claimed.row.id + " " + claimed.row.fence + "\\n"));`,
    },
    { file: "lib/worker/crash.ts", from: '"SIGKILL"', to: '"SIGSTOP"' },
    {
      file: "lib/worker/loops.ts",
      from: "{ leaseMs: seconds * 1_000, callTimeoutMs: callTimeoutSeconds * 1_000 }",
      to: "{ leaseMs: (seconds / 20) * 1_000, callTimeoutMs: (callTimeoutSeconds / 20) * 1_000 }",
    },
  ],
  /** Leases end after some seconds. */
  hasty: [
    {
      file: "lib/worker/loops.ts",
      from: "{ leaseMs: seconds * 1_000, callTimeoutMs: callTimeoutSeconds * 1_000 }",
      to: "{ leaseMs: (seconds / 10) * 1_000, callTimeoutMs: (callTimeoutSeconds / 10) * 1_000 }",
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
  /** Gives power to what holds no credential yet. Its steps must also be in another order; see sabotage.ts. */
  "power first": [
    {
      file: "lib/connectors/aws-iam/steps/empower.ts",
      from: 'if (work.plan.kind === "provision") await refuseForeign(ground, work, seen);',
      to: "",
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

const root = fileURLToPath(new URL("../../..", import.meta.url));
const made = new Map<string, Promise<string>>();
/** Under the packages, so that what is not bundled is still found. */
const folder = join(root, "node_modules", ".cache", `charter-crash-${process.pid}`);

/**
 * The real worker, lib/worker/main.ts with all that it imports, as one file with these changes: a worker loads in a sixth of
 * the time that its thousand modules take, and one is killed in almost every run. Throws where a patch does not fit its file.
 */
export function workerFile(names: readonly Build[]): Promise<string> {
  const name = ["worker", ...names].join("-").replaceAll(" ", "-");
  const known = made.get(name) ?? bundle(join(folder, name), names);
  made.set(name, known);
  return known;
}

/** Removes every file that was made. */
export const removeWorkerFiles = (): void => rmSync(folder, { recursive: true, force: true });

async function bundle(dir: string, names: readonly Build[]): Promise<string> {
  const patches = names.flatMap((name): readonly Patch[] => builds[name]);
  const bundled = await rolldown({
    ...{ input: join(root, "lib/worker/main.ts"), platform: "node", external: [/cedar-wasm/], logLevel: "silent" },
    plugins: [
      {
        name: "as-it-lies",
        resolveId: (id) => (/^#(lib|db)\//.test(id) ? join(root, id.slice(1)) : null),
        transform(source, id) {
          const here = patches.filter(({ file }) => id === join(root, file));
          // Files that a module reads lie beside its source.
          return here.reduce(patched, source).replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href));
        },
      },
    ],
  });
  await bundled.write({ dir, format: "esm", entryFileNames: "main.mjs", chunkFileNames: "[name]-[hash].mjs" });
  await bundled.close();
  return join(dir, "main.mjs");
}

function patched(source: string, { file, from, to }: Patch): string {
  if (source.split(from).length !== 2) throw new Error(`The patch of ${file} does not fit: ${from}`);
  return source.replace(from, () => to);
}
