import { z } from "zod";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Secret } from "#lib/domain/secret.ts";
import type { Calls } from "#lib/domain/target.ts";
import type { Slot, SlotState, Vault, VaultConnectEntry } from "../store.ts";
import { logEntry } from "./audit-log.ts";
import { checkVault } from "./check.ts";
import { Login } from "./client.ts";
import { type CredentialName, credentialNames, type VaultSettings } from "./settings.ts";

const metadataAnswer = z.object({
  data: z.object({
    current_version: z.number().int(),
    custom_metadata: z.record(z.string(), z.string()).nullish(),
    versions: z.record(
      z.string(),
      z.object({ created_time: z.string(), deletion_time: z.string(), destroyed: z.boolean() }),
    ),
  }),
});
const putAnswer = z.object({ data: z.object({ version: z.number().int().positive() }) });

/** A path segment by segment, so that no name can leave its mount. */
const encoded = (path: string): string => path.split("/").map(encodeURIComponent).join("/");
const at = (area: "data" | "metadata" | "destroy", { mount, path }: Slot): string =>
  `${encoded(mount)}/${area}/${encoded(path)}`;

/** Connects lazily: the first call logs in. Throws a sentence when a credential is not named. */
export function connectVault(entry: VaultConnectEntry<VaultSettings>): Vault {
  const secret = (name: CredentialName): string => {
    const value = entry.credentials[name];
    if (value) return value;
    throw new Error(`The vault ${entry.name} needs the credentials ${credentialNames.join(", ")}; ${name} is missing.`);
  };
  const writer = new Login(entry.settings, secret("writerRoleId"), secret("writerSecretId"));
  const remover = new Login(entry.settings, secret("removerRoleId"), secret("removerSecretId"));
  return {
    check: (calls) => checkVault({ entry, writer, remover, calls }),
    prepare: (slot, custom, calls) => prepare({ writer, calls }, slot, custom),
    read: (slot, calls) => read({ writer, calls }, slot),
    put: (...[slot, value, cas, calls]) => put({ writer, calls }, slot, { value, cas }),
    destroy: async (slot, versions, calls) => {
      const ask = { calls, name: "vault destroy", method: "POST", path: at("destroy", slot), changes: true } as const;
      await remover.ask({ ...ask, body: () => ({ versions }) });
    },
    remove: async (slot, calls) => {
      await remover.ask({ calls, name: "vault remove", method: "DELETE", path: at("metadata", slot), changes: true });
    },
    entryOf: (line) => logEntry(line, entry.settings),
    close: async () => {
      writer.forget();
      remover.forget();
    },
  };
}

interface Writing {
  readonly writer: Login;
  readonly calls: Calls;
}

async function read({ writer, calls }: Writing, slot: Slot): Promise<SlotState | null> {
  const answer = await writer
    .ask({ calls, name: "vault metadata", method: "GET", path: at("metadata", slot), changes: false })
    .catch((error: unknown) => {
      if (error instanceof TargetFault && error.kind === "not-found") return null;
      throw error;
    });
  if (answer === null) return null;
  const parsed = metadataAnswer.safeParse(answer);
  if (!parsed.success)
    throw new TargetFault(
      "invalid",
      "not-kv-2",
      `What is mounted at ${slot.mount} is no key-value engine of version 2.`,
    );
  const { current_version, custom_metadata, versions } = parsed.data.data;
  return {
    current: current_version,
    custom: custom_metadata ?? {},
    versions: Object.entries(versions)
      .map(([version, { created_time, deletion_time, destroyed }]) => ({
        version: Number(version),
        destroyed,
        deleted: deletion_time !== "",
        createdAt: created_time,
      }))
      .sort((a, b) => a.version - b.version),
  };
}

async function put({ writer, calls }: Writing, slot: Slot, of: { value: Secret; cas: number }): Promise<number> {
  const body = () => of.value.pour((fields) => ({ options: { cas: of.cas }, data: fields }));
  const ask = { calls, name: "vault put", method: "POST", path: at("data", slot), changes: true, body } as const;
  const parsed = putAnswer.safeParse(await writer.ask(ask));
  if (parsed.success) return parsed.data.data.version;
  throw new TargetFault("ambiguous", "put-answer", "The vault's answer to the write names no version.");
}

async function prepare(writing: Writing, slot: Slot, custom: Readonly<Record<string, string>>): Promise<SlotState> {
  const identity = custom.identity;
  if (identity === undefined) throw new TypeError("A slot is prepared for an identity: custom.identity is missing.");
  mustBeFree(await read(writing, slot), identity);
  const body = () => ({ cas_required: true, custom_metadata: printable(custom) });
  await writing.writer.ask({
    calls: writing.calls,
    name: "vault prepare",
    method: "POST",
    path: at("metadata", slot),
    changes: true,
    body,
  });
  const state = await read(writing, slot);
  if (state === null) throw new TargetFault("unavailable", "gone", "The slot vanished while it was prepared.");
  mustBeFree(state, identity);
  return state;
}

function mustBeFree(state: SlotState | null, identity: string): void {
  if (state === null || state.custom.identity === identity) return;
  const nobodys = state.custom.identity === undefined && state.current === 0 && Object.keys(state.custom).length === 0;
  if (!nobodys)
    throw new TargetFault(
      "conflict",
      "slot-taken",
      "This storage slot already holds something that is not this identity's.",
    );
}

/** Custom metadata holds at most 512 bytes a value, printable characters only; longer text is cut with an ellipsis. */
function printable(custom: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(custom).map(([key, value]) => [key, cut(value.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, " "))]),
  );
}
function cut(value: string): string {
  if (Buffer.byteLength(value) <= 512) return value;
  let kept = "";
  for (const character of value) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(character) > 509) break;
    kept += character;
  }
  return `${kept}…`;
}
