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
import { digest } from "#lib/digest/digest.ts";
import { refuse } from "#lib/domain/refusal.ts";
import type { Command, Work } from "../run.ts";

/** The public part of the worker's configuration: all that the web knows of it. */
export interface Publication {
  readonly targets: readonly PublishedTarget[];
  readonly vaults: readonly PublishedVault[];
  readonly blueprints: readonly PublishedBlueprint[];
}

type Kept = Awaited<ReturnType<typeof readPublished>>;

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

/** What a publication would change; empty lists when it is published already. */
export function differences(kept: Kept, wanted: Publication): Publication {
  const targets = changed(kept.targets.map(publicTarget), wanted.targets, ({ name }) => name);
  const vaults = changed(kept.vaults.map(publicVault), wanted.vaults, ({ name }) => name);
  const blueprints = changed(
    kept.blueprints.map(publicBlueprint),
    wanted.blueprints,
    ({ kind, id }) => `${kind}/${id}`,
  );
  return { targets, vaults, blueprints };
}

function changed<Row extends { readonly configured: boolean }>(
  kept: readonly Row[],
  wanted: readonly Row[],
  key: (row: Row) => string,
): readonly Row[] {
  const before = new Map(kept.map((row) => [key(row), digest(row)]));
  const names = new Set(wanted.map(key));
  const gone = kept
    .filter((row) => row.configured && !names.has(key(row)))
    .map((row) => ({ ...row, configured: false }));
  return [...wanted.filter((row) => before.get(key(row)) !== digest(row)), ...gone];
}

const publicTarget = ({
  tenant: _t,
  version: _v,
  checks: _c,
  checkedAt: _a,
  sweptAt: _s,
  ...row
}: Kept["targets"][number]): PublishedTarget => row;
const publicVault = ({
  tenant: _t,
  version: _v,
  checks: _c,
  checkedAt: _a,
  ...row
}: Kept["vaults"][number]): PublishedVault => row;
const publicBlueprint = ({ tenant: _t, version: _v, ...row }: Kept["blueprints"][number]): PublishedBlueprint => row;

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
