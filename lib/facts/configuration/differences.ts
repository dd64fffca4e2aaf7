import type { PublishedBlueprint, PublishedTarget, PublishedVault, readPublished } from "#db/store/configuration.ts";
import { digest } from "#lib/digest/digest.ts";

/** The public part of the worker's configuration: all that the web knows of it. */
export interface Publication {
  readonly targets: readonly PublishedTarget[];
  readonly vaults: readonly PublishedVault[];
  readonly blueprints: readonly PublishedBlueprint[];
}

type Kept = Awaited<ReturnType<typeof readPublished>>;

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
