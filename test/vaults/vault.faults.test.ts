import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TargetFault } from "#lib/domain/fault.ts";
import { Secret } from "#lib/domain/secret.ts";
import type { Vault } from "#lib/vaults/store.ts";
import { vault as store } from "#lib/vaults/vault/index.ts";
import { simulatedCredentials, start } from "#lib/vaults/vault/simulator.ts";
import { connectVault } from "#lib/vaults/vault/vault.ts";
import { freeCalls } from "./calls.ts";

const at = { mount: "kv", path: "payments/prod/x" };
const secret = () => new Secret({ password: "CANARY-2" });
const custom = { identity: "i", intent: "n" };
const connect = (address: string): Vault =>
  connectVault({
    name: "v",
    settings: store.settings.parse({ address }),
    credentials: simulatedCredentials,
    windows: {},
    installation: "test",
    approved: [at],
  });
const thrown = async (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => null,
    (error: unknown) => error,
  );
const kindOf = async (run: Promise<unknown>): Promise<string> => {
  const error = await thrown(run);
  if (!(error instanceof TargetFault)) throw error;
  expect(JSON.stringify([error.message, error.stack, { ...error }])).not.toContain("CANARY");
  return `${error.kind} ${error.code}`;
};

describe("a vault whose wire fails", () => {
  let simulator: Awaited<ReturnType<typeof start>>;
  let vault: Vault;
  const calls = freeCalls(400);
  beforeEach(async () => {
    simulator = await start({ port: 0 });
    vault = connect(simulator.url);
    await vault.prepare(at, custom, calls);
  });
  afterEach(async () => {
    calls.onSend = () => {};
    await simulator.stop();
  });
  const current = () => simulator.world().mounts.kv?.[at.path]?.current;

  it.each([
    ["after", 1],
    ["before", 0],
  ] as const)("a write reset %s it was executed is ambiguous", async (when, version) => {
    simulator.fault({ operation: "data-write", effect: { kind: "reset", when } });
    expect(await kindOf(vault.put(at, secret(), 0, calls))).toBe("ambiguous ECONNRESET");
    expect(current()).toBe(version);
  });

  it("a write that gets no answer in time is ambiguous, a read unavailable", async () => {
    simulator.fault({ operation: "data-write", effect: { kind: "hang", when: "after" } });
    expect(await kindOf(vault.put(at, secret(), 0, calls))).toMatch(/^ambiguous /);
    expect(current()).toBe(1);
    simulator.fault({ operation: "metadata-read", effect: { kind: "hang", when: "before" } });
    expect(await kindOf(vault.read(at, calls))).toMatch(/^unavailable /);
  });

  it("a 502 after the write is ambiguous, and so are an unanswered destroy and remove", async () => {
    simulator.fault({ operation: "data-write", effect: { kind: "unavailable", when: "after" } });
    expect(await kindOf(vault.put(at, secret(), 0, calls))).toBe("ambiguous http-502");
    simulator.fault({ operation: "destroy", effect: { kind: "reset", when: "after" } });
    expect(await kindOf(vault.destroy(at, [1], calls))).toBe("ambiguous ECONNRESET");
    simulator.fault({ operation: "metadata-delete", effect: { kind: "reset", when: "after" } });
    expect(await kindOf(vault.remove(at, calls))).toBe("ambiguous ECONNRESET");
    expect(current()).toBeUndefined();
  });

  it("a limit is throttled and tells how long to wait", async () => {
    simulator.fault({ operation: "data-write", effect: { kind: "throttle", retryAfterS: 7 } });
    const error = await thrown(vault.put(at, secret(), 0, calls));
    expect(error).toMatchObject({ kind: "throttled", retryAfterMs: 7000 });
    expect(current()).toBe(0);
  });

  it("a server that is gone is unavailable: nothing was sent", async () => {
    await simulator.stop();
    expect(await kindOf(vault.put(at, secret(), 0, calls))).toBe("unavailable ECONNREFUSED");
    simulator = await start({ port: 0 });
  });

  it("a lost lease stops the write before it goes out, with the guard's own error", async () => {
    const gone = new Error("lease gone");
    calls.onSend = () => {
      throw gone;
    };
    expect(await thrown(vault.put(at, secret(), 0, calls))).toBe(gone);
    expect(current()).toBe(0);
    expect(simulator.calls().some(({ operation }) => operation === "data-write")).toBe(false);
  });

  it("renews its token past two thirds of its life and logs in once it has ended", async () => {
    simulator.world().tokenTtl = 30;
    const clock = vi.spyOn(performance, "now");
    try {
      clock.mockReturnValue(1_000);
      const fresh = connect(simulator.url);
      await fresh.read(at, calls);
      const before = simulator.calls().length;
      clock.mockReturnValue(1_000 + 19_000);
      await fresh.read(at, calls);
      clock.mockReturnValue(1_000 + 21_000);
      await fresh.read(at, calls);
      clock.mockReturnValue(1_000 + 21_000 + 31_000);
      await fresh.read(at, calls);
      expect(
        simulator
          .calls()
          .slice(before)
          .map(({ operation }) => operation),
      ).toEqual(["metadata-read", "token-renew", "metadata-read", "approle-login", "metadata-read"]);
    } finally {
      clock.mockRestore();
    }
  });
});

describe("a vault client", () => {
  it("takes nothing from the environment, and follows no redirect with its token", async () => {
    const seen: string[] = [];
    const thief = createServer((request, response) => {
      seen.push(String(request.headers["x-vault-token"]));
      response.end("{}");
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => thief.once("listening", resolve));
    const elsewhere = `http://127.0.0.1:${(thief.address() as AddressInfo).port}`;
    const sender = createServer((_, response) => {
      response.writeHead(307, { location: `${elsewhere}/v1/x` }).end();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => sender.once("listening", resolve));
    vi.stubEnv("VAULT_ADDR", elsewhere);
    vi.stubEnv("VAULT_TOKEN", "CANARY-token");
    vi.stubEnv("VAULT_PREFIX", "/stolen");
    vi.stubEnv("http_proxy", elsewhere);
    try {
      const vault = connect(`http://127.0.0.1:${(sender.address() as AddressInfo).port}`);
      expect(await kindOf(vault.read(at, freeCalls()))).toBe("unavailable redirected");
      expect(seen).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      thief.close();
      sender.close();
    }
  });

  it("keeps the simulated world on disk", async () => {
    const folder = mkdtempSync(join(tmpdir(), "charter-vault-"));
    const worldFile = join(folder, "vault.json");
    try {
      const first = await start({ port: 0, worldFile });
      await connect(first.url).prepare(at, custom, freeCalls());
      await first.stop();
      const second = await start({ port: 0, worldFile });
      expect((await connect(second.url).read(at, freeCalls()))?.custom).toEqual(custom);
      await second.stop();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ["http://vault.example.com:8200", "Use https"],
    ["not an address", "Write the server's address"],
  ])("refuses the address %s", (address, sentence) => {
    const parsed = store.settings.safeParse({ address });
    expect(parsed.error?.issues[0]?.message).toContain(sentence);
  });

  it("tells how to read a slot", () => {
    const settings = store.settings.parse({ address: "https://v:8200", namespace: "team", cli: "bao" });
    expect(store.readCommand(settings, at)).toBe(
      "bao kv get -address=https://v:8200 -namespace=team -mount=kv payments/prod/x",
    );
  });
});
