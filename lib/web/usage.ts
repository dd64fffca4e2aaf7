import type { Queries } from "#db/client.ts";
import { readVaultEntries } from "#db/read/vaults.ts";
import type { Usage } from "#lib/connectors/connector.ts";
import { connectorOf } from "#lib/connectors/registry.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Plan } from "#lib/domain/plan.ts";
import { vaultStoreOf } from "#lib/vaults/registry.ts";

/** What tells a person how to use an identity. */
export interface Use {
  readonly texts: readonly Usage[];
  /** Where each secret in force lies; metadata only. */
  readonly secrets: readonly {
    readonly id: string;
    readonly vault: string;
    readonly version: number;
    readonly place: string;
  }[];
  readonly ready: boolean;
  readonly firstUseAt: Date | null;
  /** Whether the target tells of use at all. */
  readonly signals: boolean;
}

interface Used {
  /** The plan it was made from; null before there is one. */
  readonly plan: Plan | null;
  readonly identity: {
    readonly state: string;
    readonly facts: JsonObject;
    readonly firstUseAt: Date | null;
  } | null;
  readonly credentials: readonly {
    readonly externalId: string;
    readonly state: string;
    readonly vault: string;
    readonly vaultVersion: number;
    readonly mount: string;
    readonly path: string;
  }[];
}

/** Texts to copy for this very identity, the vault's own read command first where a secret lies; null before there is a plan, or once it is gone. */
export async function howToUse(db: Queries, { plan, identity, credentials }: Used): Promise<Use | null> {
  if (plan === null || identity?.state === "retired" || identity?.state === "failed") return null;
  const connector = connectorOf(plan.connector);
  const own = connector?.use(plan, identity?.facts ?? {}) ?? [];
  const texts = [...(await readCommands(db, plan)), ...own];
  if (texts.length === 0) return null;
  return {
    texts,
    secrets: credentials
      .filter(({ state }) => state === "active")
      .map(({ externalId, vault, vaultVersion, mount, path }) => ({
        id: externalId,
        vault,
        version: vaultVersion,
        place: `${mount}/${path}`,
      })),
    ready: identity?.state === "live",
    firstUseAt: identity?.firstUseAt ?? null,
    signals: connector?.capabilities.has("last-used") ?? false,
  };
}

async function readCommands(db: Queries, { storage }: Plan): Promise<readonly Usage[]> {
  if (storage === null) return [];
  const [entry] = await readVaultEntries(db, storage.vault);
  const store = entry === undefined ? undefined : vaultStoreOf(entry.kind);
  const settings = store?.settings.safeParse(entry?.settings);
  if (entry === undefined || store === undefined || !settings?.success) return [];
  return [{ title: "Read the secret", language: "bash", text: `${store.readCommand(settings.data, storage)}\n` }];
}
