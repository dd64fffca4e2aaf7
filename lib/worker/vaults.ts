import type { Vault, VaultConnectEntry } from "#lib/vaults/store.ts";
import { vault } from "#lib/vaults/vault/index.ts";
import { connectVault as connectVaultServer } from "#lib/vaults/vault/vault.ts";
import type { VaultEntry } from "./config.ts";
import { resolveAll } from "./references.ts";

/** Vault type → how a worker connects to one: one line a store. */
const connects = new Map<string, (entry: VaultConnectEntry) => Vault>([
  [vault.kind, (entry) => connectVaultServer({ ...entry, settings: vault.settings.parse(entry.settings) })],
]);

/** Connects to one configured vault; its secrets are read now. Throws `MissingReference` when one is not there. */
export async function connectVault(entry: VaultEntry, installation: string): Promise<Vault> {
  const { name, kind, settings, windows, approved } = entry;
  const connect = connects.get(kind);
  if (connect === undefined) throw new Error(`There is no vault type ${kind}.`);
  const slots = approved.map(({ mount, path }) => ({ mount, path }));
  const credentials = await resolveAll(entry.credentials);
  return connect({ name, settings, credentials, windows, installation, approved: slots });
}
