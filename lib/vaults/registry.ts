import type { VaultStore } from "./store.ts";
import { vault } from "./vault/index.ts";

/** Every kind of vault there is: one line each. `connectVault` is mapped in `lib/worker/vaults.ts`. */
export const vaultStores: readonly VaultStore<unknown>[] = [vault];

const byKind = new Map(vaultStores.map((store) => [store.kind, store]));

/** The store of this kind; undefined when no code for it is installed. */
export const vaultStoreOf = (kind: string): VaultStore<unknown> | undefined => byKind.get(kind);
