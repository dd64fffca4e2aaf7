import {
  lockPublishing,
  type PublishedBlueprint,
  type PublishedTarget,
  type PublishedVault,
  readPublished,
  saveBlueprint,
  saveTarget,
  saveVault,
} from "#db/store/configuration.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { refuse } from "#lib/domain/refusal.ts";
import type { Command, Work } from "../run.ts";
import { differences, type Publication } from "./differences.ts";

/** Publishes what differs from what is published; what is no longer configured stays, marked so. Refuses when nothing differs. */
export const publish: Command<Publication, { readonly changed: number }> = async (work, wanted) => {
  await lockPublishing(work.tx);
  const changes = differences(await readPublished(work.tx), wanted);
  const entries = [
    ...(await each(changes.targets, (row) => targetEntry(work, row))),
    ...(await each(changes.vaults, (row) => vaultEntry(work, row))),
    ...(await each(changes.blueprints, (row) => blueprintEntry(work, row))),
  ];
  const [first, ...rest] = entries;
  if (first === undefined) return refuse({ code: "conflict", sentence: "Nothing has changed since it was published." });
  return { ok: await work.record({ changed: entries.length }, first, ...rest) };
};

async function each<Row>(rows: readonly Row[], save: (row: Row) => Promise<Entry>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const row of rows) entries.push(await save(row));
  return entries;
}

const verb = (configured: boolean) => (configured ? "published" : "withdrawn");

async function targetEntry(work: Work, row: PublishedTarget): Promise<Entry> {
  const { name, kind, entryDigest, simulated } = row;
  const version = await saveTarget(work.tx, row);
  return {
    noun: "target",
    id: name,
    version,
    action: `target.${verb(row.configured)}`,
    detail: { kind, entryDigest, simulated },
  };
}

async function vaultEntry(work: Work, row: PublishedVault): Promise<Entry> {
  const { name, kind, entryDigest, simulated } = row;
  const version = await saveVault(work.tx, row);
  return {
    noun: "vault",
    id: name,
    version,
    action: `vault.${verb(row.configured)}`,
    detail: { kind, entryDigest, simulated },
  };
}

async function blueprintEntry(work: Work, row: PublishedBlueprint): Promise<Entry> {
  const version = await saveBlueprint(work.tx, row);
  const id = `${row.kind}/${row.id}`;
  return {
    noun: "blueprint",
    id,
    version,
    action: `blueprint.${verb(row.configured)}`,
    detail: { digest: row.digest },
  };
}
