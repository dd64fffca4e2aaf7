import { removerRules, toHcl, writerRules } from "#lib/vaults/vault/policy.ts";
import { simulatedCredentials, start } from "#lib/vaults/vault/simulator.ts";
import { type OpenBao, startOpenBao } from "#test/support/servers/openbao.ts";

/** A vault server under test, seen from outside with full rights. */
export interface World {
  readonly url: string;
  readonly credentials: Readonly<Record<string, string>>;
  /** The current version's fields, read by an independent client; null when there are none. */
  data(path: string): Promise<unknown>;
  /** The current version, destroyed or not: whether metadata still exists. */
  exists(path: string): Promise<boolean>;
  setPolicy(
    who: "writer" | "remover",
    rules: readonly { path: string; capabilities: readonly string[] }[],
  ): Promise<void>;
  /** The server's own file audit device; null where it writes none. */
  readonly auditLog: string | null;
  /** A login that may do nothing tries to read the current version, and is refused. */
  tryToRead(path: string): Promise<void>;
  /** Makes every token given out so far worthless. */
  revokeTokens(): Promise<void>;
  seal(): Promise<void>;
  unseal(): Promise<void>;
  stop(): Promise<void>;
}

export async function simulatedWorld(): Promise<World> {
  const simulator = await start({ port: 0 });
  const stored = (path: string) => simulator.world().mounts.kv?.[path];
  return {
    url: simulator.url,
    credentials: simulatedCredentials,
    auditLog: null,
    tryToRead: async () => undefined,
    data: async (path) => stored(path)?.versions[String(stored(path)?.current)]?.data ?? null,
    exists: async (path) => stored(path) !== undefined,
    setPolicy: async (who, rules) => {
      const role = simulator.world().approles[who];
      if (role) role.rules = rules.map((rule) => ({ ...rule }));
    },
    revokeTokens: async () => {
      simulator.world().tokens = {};
    },
    seal: async () => {
      simulator.world().sealed = true;
    },
    unseal: async () => {
      simulator.world().sealed = false;
    },
    stop: () => simulator.stop(),
  };
}

export async function openBaoWorld(): Promise<World> {
  const bao = await startOpenBao({ mount: "kv" });
  await bao.call("POST", "sys/auth/approle", { type: "approle" });
  const setPolicy: World["setPolicy"] = async (who, rules) => {
    await bao.call("POST", `sys/policies/acl/charter-${who}`, { policy: toHcl(rules) });
  };
  await setPolicy("writer", writerRules("kv"));
  await setPolicy("remover", removerRules("kv"));
  const [writer, remover] = [await appRole(bao, "writer"), await appRole(bao, "remover")];
  return {
    url: bao.url,
    credentials: {
      writerRoleId: writer.roleId,
      writerSecretId: writer.secretId,
      removerRoleId: remover.roleId,
      removerSecretId: remover.secretId,
    },
    data: async (path) => (await found(() => bao.call("GET", `kv/data/${path}`)))?.data.data ?? null,
    exists: async (path) => (await found(() => bao.call("GET", `kv/metadata/${path}`))) !== null,
    setPolicy,
    auditLog: bao.auditLog,
    tryToRead: async (path) => {
      const refused = await fetch(`${bao.url}/v1/kv/data/${path}`, { headers: { "x-vault-token": "nobody" } });
      if (refused.status !== 403) throw new Error(`OpenBao answered ${refused.status} to a stranger.`);
    },
    revokeTokens: async () => {
      await bao.call("POST", "sys/leases/revoke-prefix/auth/approle/login");
    },
    seal: bao.seal,
    unseal: bao.unseal,
    stop: bao.stop,
  };
}

async function appRole(bao: OpenBao, who: string): Promise<{ roleId: string; secretId: string }> {
  const at = `auth/approle/role/charter-${who}`;
  await bao.call("POST", at, { token_policies: [`charter-${who}`], token_ttl: "20m" });
  const role = (await bao.call("GET", `${at}/role-id`)) as { data: { role_id: string } };
  const secret = (await bao.call("POST", `${at}/secret-id`)) as { data: { secret_id: string } };
  return { roleId: role.data.role_id, secretId: secret.data.secret_id };
}

async function found(get: () => Promise<unknown>): Promise<{ data: { data: unknown } } | null> {
  try {
    return (await get()) as { data: { data: unknown } };
  } catch (error) {
    if (error instanceof Error && error.message.includes("answered 404")) return null;
    throw error;
  }
}
