import { connect as connectAws } from "#lib/connectors/aws-iam/target.ts";
import type { ConnectEntry, Target } from "#lib/connectors/connector.ts";
import { connect as connectPostgresql } from "#lib/connectors/postgresql/target.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Vault } from "#lib/vaults/store.ts";
import { settingsSchema } from "#lib/vaults/vault/settings.ts";
import { connectVault } from "#lib/vaults/vault/vault.ts";
import { verifyMark } from "#lib/worker/marks.ts";
import { installation, markKeys } from "./saga-world.ts";

/** Short, so that a busy machine is still fast enough and a killed worker's lease is soon over. */
export const times = { leaseMs: 20_000, callTimeoutMs: 5_000 };
export const windows = { consistency: 0, mint: 300, poll: 1 };

/** Where everything is. */
interface Places {
  readonly targets: Readonly<
    Record<string, { kind: string; settings: JsonObject; credentials: Readonly<Record<string, string>> }>
  >;
  readonly vault: { readonly address: string; readonly credentials: Readonly<Record<string, string>> };
}

const connects: Readonly<Record<string, (entry: ConnectEntry) => Target | Promise<Target>>> = {
  "aws-iam": connectAws,
  postgresql: connectPostgresql as (entry: ConnectEntry) => Target,
};

/** Targets and vault as a worker connects them, once a process. */
export function connected(places: Places): {
  target(name: string): Promise<Target>;
  vault(): Promise<Vault>;
  entry(): null;
} {
  const targets = new Map<string, Promise<Target>>();
  const open = async (name: string): Promise<Target> => {
    const place = places.targets[name];
    const connect = connects[place?.kind ?? ""];
    if (place === undefined || connect === undefined) throw new Error(`no target ${name}`);
    const settings = connectorOf(place.kind)?.settings.parse(place.settings);
    return connect({
      name,
      settings,
      credentials: place.credentials,
      windows,
      installation,
      markVerify: (mark, of) => verifyMark(markKeys, mark, of),
    });
  };
  const settings = settingsSchema.parse({ address: places.vault.address });
  const vault = connectVault({
    name: "vault-main",
    settings,
    credentials: places.vault.credentials,
    windows: {},
    installation,
    approved: [{ mount: "kv", path: "crash" }],
  });
  return {
    vault: async () => vault,
    entry: () => null,
    target: (name) => {
      const known = targets.get(name) ?? open(name);
      targets.set(name, known);
      return known;
    },
  };
}
