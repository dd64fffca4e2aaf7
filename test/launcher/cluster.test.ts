import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openToOthers } from "#lib/embedded-postgres/binaries.mjs";
import { runningServer, startCluster } from "#lib/embedded-postgres/cluster.mjs";

let folder = "";
const running: { stop(): Promise<void> }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "charter-cluster-"));
  chmodSync(folder, 0o711);
});
afterEach(async () => {
  for (const cluster of running.splice(0)) await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start() {
  const cluster = await startCluster({ folder: join(folder, "pg"), password: "secret", durable: false });
  running.push(cluster);
  return cluster;
}

async function valueIn(url: string, query: string): Promise<unknown> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql.unsafe(query);
    return row === undefined ? null : Object.values(row)[0];
  } finally {
    await sql.end();
  }
}

describe("an embedded cluster", () => {
  test("asks for the password, keeps data over a stop, and leaves no server behind", async () => {
    const first = await start();
    await expect(valueIn(first.url("postgres", "postgres", "wrong"), "select 1")).rejects.toThrow(/password/);
    await valueIn(first.url(), "create table kept (n int)");
    await first.stop();
    expect(runningServer(join(folder, "pg", "data"))).toBeNull();
    const second = await start();
    expect(second.reused).toBe(false);
    expect(await valueIn(second.url(), "select count(*)::int from kept")).toBe(0);
  });

  test("a server whose launcher was killed is adopted, not started twice", async () => {
    const first = await start();
    const second = await start();
    expect(second).toMatchObject({ reused: true, pid: first.pid, port: first.port });
    expect(await valueIn(second.url(), "select 1")).toBe(1);
  });

  test("a first start that was interrupted begins again", async () => {
    for (const name of ["data.new", "data"]) {
      mkdirSync(join(folder, "pg", name), { recursive: true });
      writeFileSync(join(folder, "pg", name, "half"), "");
    }
    const cluster = await start();
    expect(await valueIn(cluster.url(), "select 1")).toBe(1);
    expect(existsSync(join(folder, "pg", "data", "half"))).toBe(false);
  });

  test("a stale postmaster.pid does not keep it from starting", async () => {
    const first = await start();
    await first.stop();
    writeFileSync(join(folder, "pg", "data", "postmaster.pid"), `${2 ** 22 + 1}\n\n\n5432\n`);
    const second = await start();
    expect(second.reused).toBe(false);
  });
});

test("a folder is open to others only when every folder above it is", () => {
  expect(openToOthers(join(folder, "not", "there", "yet"))).toBe(true);
  chmodSync(folder, 0o700);
  expect(openToOthers(join(folder, "not", "there", "yet"))).toBe(false);
});
