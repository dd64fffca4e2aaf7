import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { startCluster } from "#lib/embedded-postgres/cluster.mjs";
import { type FaultRule, Faults } from "#lib/simulation/faults.ts";
import type { Received } from "#lib/simulation/server.ts";
import { startProxy } from "./simulator/proxy.ts";
import { seed } from "./simulator/seed.ts";

export { simulatedCredentials, simulatedSettings } from "./simulator/seed.ts";

export interface StartOptions {
  /** Of the proxy that clients use; 0 takes a free one. */
  readonly port: number;
  /** Where the cluster's data stay; a temporary folder, removed on `stop`, when absent. */
  readonly folder?: string;
  /** Of the superuser `postgres`. */
  readonly password?: string;
}

/** A role as it stands in the simulated cluster. */
export interface SimulatedRole {
  readonly name: string;
  readonly canLogin: boolean;
  readonly comment: string | null;
}

export interface PostgresqlSimulator {
  /** Control routes: `POST|DELETE /_simulator/faults`, `GET /_simulator/world`, `GET /_simulator/calls`. */
  readonly url: string;
  readonly port: number;
  /** Superuser's address of the cluster itself, past the proxy. */
  direct(database?: string): string;
  world(): Promise<readonly SimulatedRole[]>;
  fault(rule: FaultRule): void;
  clearFaults(): void;
  /** Statements by their first words, in order of arrival, with what became of them. */
  calls(): readonly Received[];
  stop(): Promise<void>;
}

/** PostgreSQL is not simulated: this is a second embedded cluster, seeded once, behind a proxy that injects faults. */
export async function start({ port, folder, password = "simulated" }: StartOptions): Promise<PostgresqlSimulator> {
  const place = folder ?? mkdtempSync(join(tmpdir(), "charter-pg-sim-"));
  const cluster = await startCluster({ folder: place, password, durable: folder !== undefined });
  await seed(cluster.url);
  const faults = new Faults();
  const log: { operation: string; isRead: boolean; ended: string }[] = [];
  const world = () => rolesOf(cluster.url());
  const control = await startControl({ faults, log, world });
  const proxy = await startProxy({ port, target: cluster.port, faults, control: control.port, log });
  return {
    url: `http://127.0.0.1:${proxy.port}`,
    port: proxy.port,
    direct: (database) => cluster.url(database),
    world,
    fault: (rule) => faults.add(rule),
    clearFaults: () => faults.clear(),
    calls: () => log,
    stop: async () => {
      await proxy.stop();
      await control.stop();
      await cluster.stop();
      if (folder === undefined) rmSync(place, { recursive: true, force: true });
    },
  };
}

async function rolesOf(url: string): Promise<readonly SimulatedRole[]> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await sql<SimulatedRole[]>`
      select rolname as name, rolcanlogin as "canLogin", shobj_description(oid, 'pg_authid') as comment
      from pg_roles where rolname !~ '^pg_' order by rolname`;
  } finally {
    await sql.end();
  }
}

interface Controlled {
  readonly faults: Faults;
  readonly log: readonly Received[];
  world(): Promise<readonly SimulatedRole[]>;
}

async function startControl(controlled: Controlled): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    answer(controlled, request, response).catch((error: unknown) => send(response, 400, { error: String(error) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  { faults, log, world }: Controlled,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = `${request.method} ${request.url}`;
  if (route === "GET /_simulator/world") return send(response, 200, await world());
  if (route === "GET /_simulator/calls") return send(response, 200, log);
  if (route === "DELETE /_simulator/faults") {
    faults.clear();
    return send(response, 200, { faults: 0 });
  }
  if (route !== "POST /_simulator/faults") return send(response, 404, { error: "There is no such route." });
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  faults.add(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  send(response, 200, { armed: true });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(body));
}
