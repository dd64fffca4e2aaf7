import { parseArgs } from "node:util";
import { activateBundle } from "#lib/facts/bundles/activate.ts";
import { runFact } from "#lib/facts/run.ts";
import { loadBundle } from "#lib/policy/bundle.ts";
import { complain, type Host, onHost, refusedWith, say } from "./host.ts";

interface Naming {
  readonly folder: string;
  readonly by: string;
  readonly and: string;
}

/** Puts the bundle of a folder in force in the names of two people of security, by their subjects. */
export async function activateFolder({ db, config, newId, actor }: Host, { folder, by, and }: Naming): Promise<number> {
  const bundle = await loadBundle(folder);
  if ("refusals" in bundle) return refusedWith(bundle);
  const { issuer } = config.signIn;
  const people = [by, and].map((subject) => ({ issuer, subject }));
  const context = { db, newId, actor, subject: { noun: "bundle", id: "activation" } } as const;
  const outcome = await runFact(context, activateBundle, { ...bundle.ok, by: people, mustHoldSecurity: true });
  if ("refusals" in outcome) return refusedWith(outcome);
  say(`Bundle ${bundle.ok.digest.slice(0, 12)} is in force: activation ${outcome.ok.activation}.`);
  return 0;
}

if (import.meta.main) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { by: { type: "string" }, and: { type: "string" } },
  });
  const [folder] = positionals;
  const { by, and } = values;
  if (folder === undefined || by === undefined || and === undefined) {
    complain("Usage: npm run bundle:activate -- FOLDER --by SUBJECT --and SUBJECT");
    process.exitCode = 2;
  } else process.exitCode = await onHost((host) => activateFolder(host, { folder, by, and }));
}
