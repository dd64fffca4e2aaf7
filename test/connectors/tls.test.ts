import { chownSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { type AddressInfo, connect as openSocket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresql } from "#lib/connectors/postgresql/index.ts";
import { simulatedCredentials, simulatedSettings } from "#lib/connectors/postgresql/simulator.ts";
import { connect } from "#lib/connectors/postgresql/target.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import type { Check } from "#lib/domain/target.ts";
import { vault as store } from "#lib/vaults/vault/index.ts";
import { connectVault } from "#lib/vaults/vault/vault.ts";
import { type Authority, newAuthority } from "#test/support/certificates.ts";
import { freeCalls } from "#test/vaults/calls.ts";
import { openBaoWorld, type World } from "#test/vaults/worlds.ts";
import { asked, bareWorld, FakeVault, intentOf, type PostgresqlWorld, runFlow } from "./postgresql.world.ts";

// Servers behind TLS with an authority of the company's own.

let authority: Authority;
let stranger: Authority;
beforeAll(async () => {
  [authority, stranger] = await Promise.all([newAuthority(), newAuthority()]);
});

const unfit = (checks: readonly Check[]): string[] =>
  checks.flatMap((check) => (check.ok ? [] : [`${check.sentence} ${check.mend}`]));

describe("PostgreSQL over TLS", () => {
  let world: PostgresqlWorld;
  let data = "";
  beforeAll(async () => {
    world = await bareWorld();
    const [row] = await asked<{ setting: string }>(
      world.direct(),
      "select setting from pg_settings where name = 'data_directory'",
    );
    data = row?.setting ?? "";
  });
  afterAll(() => world.stop());

  /** Gives the server this certificate from now on. */
  async function certified(by: Authority, names: readonly string[], endedDaysAgo?: number): Promise<void> {
    const { certificate, key } = await by.issue(names, endedDaysAgo);
    const { uid, gid } = statSync(data);
    for (const [file, text] of [
      ["server.crt", certificate],
      ["server.key", key],
    ] as const) {
      writeFileSync(join(data, file), text, { mode: 0o600 });
      chownSync(join(data, file), uid, gid);
    }
    await asked(world.direct(), "alter system set ssl = on");
    await asked(world.direct(), "select pg_reload_conf()");
    await asked(world.direct(), "select pg_sleep(0.5)");
  }

  const over = (tls: JsonObject, host = "localhost") =>
    connect({
      name: "orders-prod",
      settings: postgresql.settings.parse({ ...simulatedSettings, host, port: world.port, tls }),
      credentials: { password: simulatedCredentials.password },
      windows: {},
      installation: "test-installation",
      markVerify: () => true,
    });
  const checked = async (tls: JsonObject, host?: string) => unfit(await over(tls, host).check(freeCalls()));
  const trusting = (): JsonObject => ({ mode: "verify-full", ca: authority.ca });

  test("a server without TLS is not spoken to where TLS is asked for", async () => {
    expect(await checked(trusting())).toEqual([
      "PostgreSQL cannot be reached, or went away. Correct host and port, or the way to it.",
    ]);
  });

  test("refuses an authority it was not given, a name that is not the server's and an ended certificate, each by its sentence", async () => {
    const mend = "Renew the server's certificate, name the host that it names, or put its authority under `tls.ca`.";
    await certified(stranger, ["localhost", "127.0.0.1"]);
    const untrusted = `The certificate of PostgreSQL is signed by an authority that is not trusted here. ${mend}`;
    expect(await checked(trusting())).toEqual([untrusted]);
    expect(await checked({ mode: "verify-full" })).toEqual([untrusted]);
    await certified(authority, ["db.acme.example"]);
    expect(await checked(trusting())).toEqual([`The certificate of PostgreSQL names another host. ${mend}`]);
    await certified(authority, ["localhost"], 1);
    expect(await checked(trusting())).toEqual([`The certificate of PostgreSQL is not valid at this time. ${mend}`]);
  });

  test("an address is compared with the certificate as well", async () => {
    await certified(authority, ["localhost", "10.0.0.7"]);
    expect(await checked(trusting(), "127.0.0.1")).toEqual([expect.stringContaining("names another host")]);
  });

  test.each(["localhost", "127.0.0.1"])("provisions under an authority of one's own, by %s", async (host) => {
    await certified(authority, ["localhost", "127.0.0.1"]);
    expect(await checked(trusting(), host)).toEqual([]);
    const target = over(trusting(), host);
    const vault = new FakeVault();
    const intent = intentOf("provision");
    await runFlow(target, intent, { facts: {} }, vault);
    const [row] = await asked<{ count: number }>(
      world.direct(),
      `select count(*)::int as count from pg_roles where rolname = '${intent.name}'`,
    );
    expect(row?.count).toBe(1);
  });
});

describe("a vault over TLS", () => {
  let bao: World;
  const servers: Server[] = [];
  beforeAll(async () => {
    bao = await openBaoWorld();
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await bao.stop();
  });

  /** OpenBao behind an end of TLS with this certificate; its port. */
  async function behind(by: Authority, names: readonly string[], endedDaysAgo?: number): Promise<number> {
    const { certificate, key } = await by.issue(names, endedDaysAgo);
    const server = createServer({ cert: certificate, key });
    servers.push(server);
    const { hostname, port } = new URL(bao.url);
    server.removeAllListeners("secureConnection");
    server.on("secureConnection", (socket) => {
      const inner = openSocket(Number(port), hostname);
      socket.pipe(inner).pipe(socket);
      for (const [one, other] of [
        [socket, inner],
        [inner, socket],
      ] as const)
        one.on("error", () => other.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  const checked = async (port: number, ca: string | null) =>
    unfit(
      await connectVault({
        name: "vault-main",
        settings: store.settings.parse({ address: `https://localhost:${port}`, ca }),
        credentials: bao.credentials,
        windows: {},
        installation: "test",
        approved: [{ mount: "kv", path: "{team}/{environment}/{name}" }],
      }).check(freeCalls()),
    );

  test("refuses what it cannot trust, each by its sentence", async () => {
    const mend = "Correct the address, the server's certificate, or the authority under `ca`.";
    const untrusted = `The certificate of the vault is signed by an authority that is not trusted here. ${mend}`;
    expect(await checked(await behind(stranger, ["localhost"]), authority.ca)).toEqual([untrusted]);
    expect(await checked(await behind(authority, ["localhost"]), null)).toEqual([untrusted]);
    expect(await checked(await behind(authority, ["vault.acme.example"]), authority.ca)).toEqual([
      `The certificate of the vault names another host. ${mend}`,
    ]);
    expect(await checked(await behind(authority, ["localhost"], 1), authority.ca)).toEqual([
      `The certificate of the vault is not valid at this time. ${mend}`,
    ]);
  });

  test("is used under an authority of one's own", async () => {
    expect(await checked(await behind(authority, ["localhost"]), authority.ca)).toEqual([]);
  });
});
