import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Json } from "#lib/domain/json.ts";
import {
  type Simulator,
  type StartOptions,
  serve,
  type Wire,
  type WireCall,
  type WireReply,
} from "#lib/simulation/server.ts";
import { type Rule, removerRules, writerRules } from "./policy.ts";

interface Version {
  createdAt: string;
  deletedAt: string;
  destroyed: boolean;
  data: Record<string, unknown> | null;
}
interface Stored {
  casRequired: boolean;
  custom: Record<string, string> | null;
  current: number;
  createdAt: string;
  updatedAt: string;
  versions: Record<string, Version>;
}
interface AppRole {
  roleId: string;
  secretId: string;
  rules: Rule[];
}
export interface VaultWorld {
  sealed: boolean;
  /** Seconds a token lives. */
  tokenTtl: number;
  approles: Record<string, AppRole>;
  /** Token → role and when it stops counting (ms). */
  tokens: Record<string, { role: string; endsAt: number }>;
  /** Mount → path → what lies there. */
  mounts: Record<string, Record<string, Stored>>;
}

/** Logins of a fresh simulated vault: known to everyone, as everything in it is. */
export const simulatedCredentials = {
  writerRoleId: "simulated-writer",
  writerSecretId: "simulated-writer-secret",
  removerRoleId: "simulated-remover",
  removerSecretId: "simulated-remover-secret",
} as const;

/** The login of whatever uses what lies in a fresh simulated vault: it reads every secret. */
export const simulatedConsumer = { roleId: "simulated-consumer", secretId: "simulated-consumer-secret" } as const;

/**
 * Vault's HTTP interface as far as we use it: AppRole logins, token lookup and renewal, key-value version 2, policies,
 * health, sealing. `sys/seal` and `sys/unseal` need no token here.
 */
export const start = (
  options: StartOptions & { readonly mounts?: readonly string[] },
): Promise<Simulator<VaultWorld>> => serve(wire(options.mounts ?? ["kv"]), options);

const wire = (mounts: readonly string[]): Wire<VaultWorld> => ({
  empty: () => fresh(mounts),
  operationOf: ({ method, url }) => route(method, url.pathname).operation,
  isRead: (operation) => reads.has(operation),
  answer,
  failure: (kind) => {
    if (kind === "throttle") return errors(429, "request path: rate limit quota exceeded");
    if (kind === "quota") return errors(429, "lease count quota exceeded");
    if (kind === "invalid") return errors(400, "failed to parse request");
    return kind === "denied" ? errors(403, "permission denied") : errors(502, "upstream gone");
  },
  shown,
});

function fresh(mounts: readonly string[]): VaultWorld {
  const { writerRoleId, writerSecretId, removerRoleId, removerSecretId } = simulatedCredentials;
  return {
    sealed: false,
    tokenTtl: 1200,
    approles: {
      writer: { roleId: writerRoleId, secretId: writerSecretId, rules: mounts.flatMap(writerRules) },
      remover: { roleId: removerRoleId, secretId: removerSecretId, rules: mounts.flatMap(removerRules) },
      consumer: {
        ...simulatedConsumer,
        rules: mounts.map((mount) => ({ path: `${mount}/data/*`, capabilities: ["read"] })),
      },
    },
    tokens: {},
    mounts: Object.fromEntries(mounts.map((mount) => [mount, {}])),
  };
}

function answer(call: WireCall<VaultWorld>): WireReply {
  const { operation } = call;
  if (operation === "health") return health(call.state);
  if (operation === "seal" || operation === "unseal") {
    call.state.sealed = operation === "seal";
    return { status: 204, body: "" };
  }
  if (call.state.sealed) return errors(503, "Vault is sealed");
  return operation === "approle-login" ? logIn(call) : authorised(call);
}

/** Everything but the secrets, the logins and the tokens. */
function shown({ sealed, mounts }: VaultWorld): Json {
  const mapped = <T>(record: Readonly<Record<string, T>>, show: (value: T) => Json): Json =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, show(value)]));
  return {
    sealed,
    mounts: mapped(mounts, (paths) =>
      mapped(paths, ({ current, custom, versions }) => ({
        current,
        custom,
        versions: mapped(versions, ({ destroyed }) => (destroyed ? "destroyed" : "stored")),
      })),
    ),
  };
}

const fixed: Readonly<Record<string, string>> = {
  "GET /v1/sys/health": "health",
  "PUT /v1/sys/seal": "seal",
  "POST /v1/sys/seal": "seal",
  "PUT /v1/sys/unseal": "unseal",
  "POST /v1/sys/unseal": "unseal",
  "POST /v1/sys/capabilities-self": "capabilities",
  "GET /v1/auth/token/lookup-self": "token-lookup",
  "POST /v1/auth/token/renew-self": "token-renew",
};
const areas: Readonly<Record<string, string>> = {
  "GET data": "data-read",
  "POST data": "data-write",
  "PUT data": "data-write",
  "GET metadata": "metadata-read",
  "POST metadata": "metadata-write",
  "PUT metadata": "metadata-write",
  "DELETE metadata": "metadata-delete",
  "POST destroy": "destroy",
  "PUT destroy": "destroy",
};
const reads = new Set([
  "health",
  "capabilities",
  "token-lookup",
  "mount-read",
  "data-read",
  "metadata-read",
  "unknown",
]);

interface Route {
  readonly operation: string;
  readonly mount: string;
  readonly area: string;
  readonly path: string;
}

function route(method: string, pathname: string): Route {
  const nowhere = { mount: "", area: "", path: "" };
  const known = fixed[`${method} ${pathname}`];
  if (known !== undefined) return { ...nowhere, operation: known };
  const [, , first = "", second = "", ...rest] = pathname.split("/").map(decodeURIComponent);
  if (first === "auth" && rest.at(-1) === "login") return { ...nowhere, operation: "approle-login" };
  if (pathname.startsWith("/v1/sys/internal/ui/mounts/"))
    return { ...nowhere, operation: "mount-read", mount: rest.at(-1) ?? "" };
  return { operation: areas[`${method} ${second}`] ?? "unknown", mount: first, area: second, path: rest.join("/") };
}

const reply = (status: number, value: unknown): WireReply => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});
const errors = (status: number, ...texts: string[]): WireReply => reply(status, { errors: texts });
const nothing: WireReply = { status: 204, body: "" };

function health({ sealed }: VaultWorld): WireReply {
  return reply(sealed ? 503 : 200, { initialized: true, sealed, standby: false, version: "simulated" });
}

const loginBody = z.object({ role_id: z.string(), secret_id: z.string() });
function logIn({ request, state, now }: WireCall<VaultWorld>): WireReply {
  const body = loginBody.safeParse(parsed(request.body));
  const found = Object.entries(state.approles).find(
    ([, { roleId, secretId }]) => body.success && roleId === body.data.role_id && secretId === body.data.secret_id,
  );
  if (found === undefined) return errors(400, "invalid role or secret ID");
  const token = `hvs.${randomBytes(18).toString("base64url")}`;
  for (const [old, { endsAt }] of Object.entries(state.tokens)) {
    if (endsAt < now.getTime()) delete state.tokens[old];
  }
  state.tokens[token] = { role: found[0], endsAt: now.getTime() + state.tokenTtl * 1000 };
  return reply(200, { auth: { client_token: token, lease_duration: state.tokenTtl, renewable: true } });
}

/** Everything that needs a token, and the right of its policy. */
function authorised(call: WireCall<VaultWorld>): WireReply {
  const { request, state, now, operation } = call;
  const token = state.tokens[request.headers["x-vault-token"] ?? ""];
  if (token === undefined || token.endsAt <= now.getTime()) return errors(403, "permission denied");
  const rules = state.approles[token.role]?.rules ?? [];
  if (operation === "token-lookup")
    return reply(200, { data: { ttl: Math.floor((token.endsAt - now.getTime()) / 1000) } });
  if (operation === "token-renew") {
    token.endsAt = now.getTime() + state.tokenTtl * 1000;
    const auth = { client_token: request.headers["x-vault-token"], lease_duration: state.tokenTtl, renewable: true };
    return reply(200, { auth });
  }
  if (operation === "capabilities") return capabilities(call, rules);
  const where = route(request.method, request.url.pathname);
  const mount = state.mounts[where.mount];
  if (operation === "mount-read") {
    const known = mount !== undefined && rules.some(({ path }) => path.startsWith(`${where.mount}/`));
    return known ? reply(200, { data: { type: "kv", options: { version: "2" } } }) : errors(403, "permission denied");
  }
  const place = `${where.mount}/${where.area}/${where.path}`;
  if (!held(rules, place).includes(needed(operation, mount?.[where.path]))) return errors(403, "permission denied");
  return mount === undefined ? errors(404) : storage({ call, where, mount });
}

const needs: Readonly<Record<string, string>> = {
  "data-read": "read",
  "metadata-read": "read",
  "metadata-delete": "delete",
  destroy: "update",
};
const needed = (operation: string, stored: Stored | undefined): string =>
  needs[operation] ?? (stored === undefined ? "create" : "update");

function held(rules: readonly Rule[], place: string): readonly string[] {
  const found = rules.filter(({ path }) => (path.endsWith("*") ? place.startsWith(path.slice(0, -1)) : place === path));
  return [...new Set(found.flatMap(({ capabilities }) => capabilities))].sort();
}

const pathsBody = z.object({ paths: z.array(z.string()) });
function capabilities({ request }: WireCall<VaultWorld>, rules: readonly Rule[]): WireReply {
  const body = pathsBody.safeParse(parsed(request.body));
  if (!body.success) return errors(400, "missing paths");
  const data = Object.fromEntries(
    body.data.paths.map((path) => {
      const list = held(rules, path);
      return [path, list.length === 0 ? ["deny"] : list];
    }),
  );
  return reply(200, { data });
}

interface Storage {
  readonly call: WireCall<VaultWorld>;
  readonly where: Route;
  readonly mount: Record<string, Stored>;
}

function storage(storing: Storage): WireReply {
  const { call, where, mount } = storing;
  const stored = mount[where.path];
  if (call.operation === "metadata-read")
    return stored === undefined ? errors(404) : reply(200, { data: metadata(stored) });
  if (call.operation === "metadata-write") return writeMetadata(storing);
  if (call.operation === "metadata-delete") {
    delete mount[where.path];
    return nothing;
  }
  if (call.operation === "data-read") return readData(stored);
  if (call.operation === "data-write") return writeData(storing);
  if (call.operation === "destroy") return destroy(storing);
  return errors(405, "unsupported operation");
}

const newSlot = (now: Date): Stored => ({
  casRequired: false,
  custom: null,
  current: 0,
  createdAt: now.toISOString(),
  updatedAt: now.toISOString(),
  versions: {},
});

const metadata = ({ current, custom, casRequired, createdAt, updatedAt, versions }: Stored) => ({
  cas_required: casRequired,
  created_time: createdAt,
  updated_time: updatedAt,
  current_version: current,
  custom_metadata: custom,
  versions: Object.fromEntries(
    Object.entries(versions).map(([number, { createdAt: created_time, deletedAt: deletion_time, destroyed }]) => [
      number,
      { created_time, deletion_time, destroyed },
    ]),
  ),
});

const metadataBody = z.object({
  cas_required: z.boolean().optional(),
  custom_metadata: z.record(z.string().max(128), z.string()).optional(),
});
function writeMetadata({ call, where, mount }: Storage): WireReply {
  const body = metadataBody.safeParse(parsed(call.request.body));
  if (!body.success) return errors(400, "invalid metadata");
  const custom = body.data.custom_metadata ?? {};
  const long = Object.values(custom).some((value) => Buffer.byteLength(value) > 512);
  const unprintable = Object.values(custom).some((value) => /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(value));
  if (long || unprintable || Object.keys(custom).length > 64) return errors(400, "custom_metadata validation failed");
  const stored = mount[where.path] ?? newSlot(call.now);
  stored.casRequired = body.data.cas_required ?? stored.casRequired;
  stored.custom = body.data.custom_metadata ?? stored.custom;
  stored.updatedAt = call.now.toISOString();
  mount[where.path] = stored;
  return nothing;
}

function readData(stored: Stored | undefined): WireReply {
  const version = stored?.versions[String(stored.current)];
  if (stored === undefined || version === undefined) return errors(404);
  const gone = version.destroyed || version.deletedAt !== "";
  return reply(gone ? 404 : 200, { data: { data: gone ? null : version.data, metadata: { version: stored.current } } });
}

const dataBody = z.object({
  data: z.record(z.string(), z.unknown()),
  options: z.object({ cas: z.number().int().optional() }).optional(),
});
function writeData({ call, where, mount }: Storage): WireReply {
  const body = dataBody.safeParse(parsed(call.request.body));
  if (!body.success) return errors(400, "no data provided");
  const stored = mount[where.path] ?? newSlot(call.now);
  const cas = body.data.options?.cas;
  if (cas === undefined && stored.casRequired) return errors(400, "check-and-set parameter required for this call");
  if (cas !== undefined && cas !== stored.current)
    return errors(400, "check-and-set parameter did not match the current version");
  const createdAt = call.now.toISOString();
  stored.current += 1;
  stored.updatedAt = createdAt;
  stored.versions[String(stored.current)] = { createdAt, deletedAt: "", destroyed: false, data: body.data.data };
  mount[where.path] = stored;
  return reply(200, {
    data: { version: stored.current, created_time: createdAt, deletion_time: "", destroyed: false },
  });
}

const destroyBody = z.object({ versions: z.array(z.number().int()).min(1) });
function destroy({ call, where, mount }: Storage): WireReply {
  const body = destroyBody.safeParse(parsed(call.request.body));
  if (!body.success) return errors(400, "no version number provided");
  for (const number of body.data.versions) {
    const version = mount[where.path]?.versions[String(number)];
    if (version === undefined) continue;
    version.destroyed = true;
    version.data = null;
  }
  return nothing;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
