import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { environment, workerEnvironment } from "../../scripts/launcher/environment.mjs";
import { openHome, readEnv, resetHome, secretsOf, writeEnv } from "../../scripts/launcher/home.mjs";
import { ensureKeys } from "../../scripts/launcher/keys.mjs";
import { portsOf } from "../../scripts/launcher/ports.mjs";

let folder = "";
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "charter-home-"));
  vi.stubEnv("CHARTER_HOME", join(folder, "home"));
  vi.stubEnv("PORT", undefined);
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const listening = (port = 0) =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
    servers.push(server);
  });

describe("an installation's folder", () => {
  test("a place that cannot be written is refused with a sentence", () => {
    writeFileSync(join(folder, "file"), "");
    vi.stubEnv("CHARTER_HOME", join(folder, "file", "home"));
    expect(() => openHome()).toThrow(/cannot be written by this user/);
  });

  test("secrets and keys are made once, closed to others, and gone after a reset", () => {
    const home = openHome();
    const first = secretsOf(home);
    ensureKeys(home);
    const key = readFileSync(home.path("keys", "mark-1.key"), "utf8");
    ensureKeys(home);
    expect(secretsOf(home)).toEqual(first);
    expect(readFileSync(home.path("keys", "mark-1.key"), "utf8")).toBe(key);
    expect(Buffer.from(key, "base64")).toHaveLength(32);
    for (const name of ["secrets.json", "keys/mark-1.key", "keys/checkpoint-1.pem"]) {
      expect(statSync(home.path(name)).mode & 0o777, name).toBe(0o600);
    }
    writeFileSync(home.path("mine.txt"), "kept");
    resetHome(home);
    expect(existsSync(home.path("secrets.json"))).toBe(false);
    expect(readFileSync(home.path("mine.txt"), "utf8")).toBe("kept");
  });

  test("an environment file keeps values with equals signs and skips comments", () => {
    const home = openHome();
    writeEnv(home.path("web.env"), { AUTH_SECRET: "a=b==", PORT: "3000" });
    writeFileSync(home.path("web.env"), `# why\n${readFileSync(home.path("web.env"), "utf8")}`);
    expect(readEnv(home.path("web.env"))).toEqual({ AUTH_SECRET: "a=b==", PORT: "3000" });
    expect(readEnv(home.path("absent.env"))).toEqual({});
  });
});

describe("ports", () => {
  test("PORT set and taken, or not a port, is refused; free, it is used", async () => {
    const taken = await listening();
    const ports = portsOf(openHome());
    for (const [port, sentence] of [
      [String(taken), /is taken by another program/],
      ["0", /must be a number from 1 to 65535/],
      ["65536", /must be a number from 1 to 65535/],
      ["http", /must be a number/],
    ] as const) {
      vi.stubEnv("PORT", port);
      await expect(ports.portal(), port).rejects.toThrow(sentence);
    }
    servers.pop()?.close();
    vi.stubEnv("PORT", String(taken));
    expect(await ports.portal()).toBe(taken);
  });

  test("PORT unset and the kept one taken: the next free one", async () => {
    const home = openHome();
    const busy = await listening();
    writeFileSync(home.path("ports.json"), JSON.stringify({ portal: busy }));
    expect(await portsOf(home).portal()).toBeGreaterThan(busy);
  });

  test("a loopback port is kept, and one that others remember may not change silently", async () => {
    const home = openHome();
    const port = await portsOf(home).loopback("sign-in");
    expect(await portsOf(home).loopback("sign-in")).toBe(port);
    expect(port, "where no outgoing connection of any program may sit").toBeLessThan(32_768);
    await listening(port);
    await expect(portsOf(home).loopback("sign-in")).rejects.toThrow(/keeps for sign-in, is taken/);
    expect(await portsOf(home).anyLoopback("sign-in")).not.toBe(port);
  });
});

describe("what a child sees of the environment", () => {
  test("nothing but what it needs and is given", () => {
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "canary");
    vi.stubEnv("VAULT_TOKEN", "canary");
    vi.stubEnv("CHARTER_WORKER_DATABASE_URL", "canary");
    const seen = environment({ PORT: "1" });
    expect(Object.values(seen)).not.toContain("canary");
    expect(seen).toMatchObject({ PORT: "1", PATH: process.env.PATH });
  });

  test("the worker also gets the variables that its configuration names, and no others", () => {
    const config = join(folder, "worker.json");
    writeFileSync(
      config,
      JSON.stringify({ credentials: { accessKeyId: "env:PAYMENTS_KEY", note: "env:PAYMENTS_KEY_NOT" } }),
    );
    vi.stubEnv("PAYMENTS_KEY", "named");
    vi.stubEnv("PAYMENTS_OTHER", "canary");
    const seen = workerEnvironment({}, config);
    expect(seen).toMatchObject({ PAYMENTS_KEY: "named" });
    expect(Object.values(seen)).not.toContain("canary");
  });
});
