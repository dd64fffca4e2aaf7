import { randomUUID } from "node:crypto";
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "#lib/domain/secret.ts";
import type { Vault } from "#lib/vaults/store.ts";
import { vault as store } from "#lib/vaults/vault/index.ts";
import { connectVault } from "#lib/vaults/vault/vault.ts";
import { keepWritten } from "#lib/worker/sweeps/observing.ts";
import { watchReads } from "#lib/worker/sweeps/vault-reads.ts";
import type { Worker } from "#lib/worker/worker.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { freeCalls } from "../vaults/calls.ts";
import { openBaoWorld, type World } from "../vaults/worlds.ts";

let t: TestDatabase;
let bao: World;
let vault: Vault;
let folder: string;
const path = "payments/prod/reader";
const identity = randomUUID();

beforeAll(async () => {
  t = await testDatabase();
  bao = await openBaoWorld();
  folder = mkdtempSync(join(tmpdir(), "charter-reads-"));
  vault = connectVault({
    ...{ name: "main", settings: store.settings.parse({ address: bao.url }), credentials: bao.credentials },
    ...{ windows: {}, installation: "test", approved: [{ mount: "kv", path: "{team}/{environment}/{name}" }] },
  });
  await vault.prepare({ mount: "kv", path }, { identity }, freeCalls());
  await vault.put({ mount: "kv", path }, new Secret({ password: "CANARY-1" }), 0, freeCalls());
});
afterAll(async () => {
  await vault.close();
  await bao.stop();
  await t.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() =>
  t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`truncate charter.slots, charter.vault_logs, charter.credentials`;
    await sql`insert into charter.credentials (id, identity, intent, external_id, vault, mount, path, vault_version, state, ends_at)
      values (gen_random_uuid(), ${identity}, gen_random_uuid(), 'key', 'main', 'kv', ${path}, 1, 'active', now())`;
  }),
);

const said: string[] = [];
const workerOf = (auditFile: string | null) =>
  ({
    db: t.worker,
    config: { vaults: [{ name: "main", auditFile }] },
    places: { vault: async () => vault },
    log: {
      info: (event: string, more: unknown) => void said.push(`${event} ${JSON.stringify(more)}`),
      fault: (_: string, error: unknown) => expect.fail(String(error)),
    },
  }) as unknown as Worker;
const watch = (file: string | null = bao.auditLog) => watchReads(workerOf(file));
const kept = async () => {
  const [slot] =
    await t.admin`select read_at as read, version, written_at as written from charter.slots where identity = ${identity}`;
  const [log] = await t.admin`select since, position, file from charter.vault_logs`;
  return { read: slot?.read ?? null, version: slot?.version, written: slot?.written, log };
};

describe("reads of a secret, by OpenBao's file audit device", () => {
  it("are none while nobody reads: not the worker's own calls, not one that is refused", async () => {
    await vault.read({ mount: "kv", path }, freeCalls());
    await bao.tryToRead(path);
    await watch();
    expect(await kept()).toMatchObject({ read: null, log: { since: expect.any(Date) } });
  });

  it("are told once somebody reads it, from where the last look ended, and of no other path", async () => {
    await watch();
    const before = Number((await kept()).log?.position);
    const at = Date.now();
    expect(await bao.data(path)).toEqual({ password: "CANARY-1" });
    await watch();
    const { read, log } = await kept();
    expect(Math.abs(read.getTime() - at)).toBeLessThan(60_000);
    expect(Number(log?.position)).toBeGreaterThan(before);
    expect(await t.admin`select 1 from charter.slots`).toHaveLength(1);
  });

  it("are not known without the setting, or where the file cannot be read, and the log names neither path nor secret", async () => {
    await watch(null);
    expect(said).toEqual([]);
    await watch(join(folder, "none.log"));
    expect(said).toEqual(['vault-reads.main {"sentence":"The audit file cannot be read: ENOENT."}']);
    expect((await kept()).log).toBeUndefined();
  });

  it("wait for the end of a line, and go on in the file that took the place of another", async () => {
    const file = join(folder, "audit.log");
    await bao.data(path);
    const lines = readFileSync(bao.auditLog ?? "", "utf8")
      .trimEnd()
      .split("\n");
    const last = lines.findLast((line) => line.includes(`kv/data/${path}`) && line.includes('"type":"response"')) ?? "";
    writeFileSync(file, last.slice(0, -5));
    await watch(file);
    expect((await kept()).read).toBeNull();
    appendFileSync(file, `${last.slice(-5)}\nno entry\n`);
    await watch(file);
    const first = await kept();
    expect(first.read).not.toBeNull();
    renameSync(file, `${file}.1`);
    const ahead = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 365 * 86_400_000);
    const later = last.replace(/"time":"[^"]*"/, `"time":"${ahead.toISOString()}"`);
    writeFileSync(file, `${later}\n`);
    await watch(file);
    expect((await kept()).read).toEqual(ahead);
    copyFileSync(`${file}.1`, file);
    await watch(file);
    expect((await kept()).read).toEqual(ahead);
  });

  it("leave no secret in the database", async () => {
    await bao.data(path);
    await watch();
    const rows = [
      ...(await t.admin`select * from charter.slots`),
      ...(await t.admin`select * from charter.vault_logs`),
    ];
    expect(JSON.stringify(rows)).not.toMatch(/CANARY|hmac/);
  });
});

it("the version that lies there and when it was written are kept from metadata, beside what was read", async () => {
  const slot = await vault.read({ mount: "kv", path }, freeCalls());
  if (slot === null) return expect.fail("nothing lies there");
  const read = new Date("2026-12-01T03:04:05Z");
  await t.admin`insert into charter.slots (identity, vault, read_at) values (${identity}, 'main', ${read})`;
  for (const at of [new Date(0), new Date()]) {
    await keepWritten(workerOf(null), { identity, vault: "main", slot, before: null, at });
    expect(await t.admin`select observed_at as at, read_at as read from charter.slots`).toEqual([{ at, read }]);
  }
  const { version, written } = await kept();
  expect(version).toBe(1);
  expect(Math.abs(written.getTime() - Date.now())).toBeLessThan(120_000);
});

it("the same version is written down once an hour, another at once", async () => {
  const slot = await vault.read({ mount: "kv", path }, freeCalls());
  const [version] = slot?.versions ?? [];
  if (slot === null || version === undefined) return expect.fail("nothing lies there");
  const start = Date.now();
  const before = { vault: "main", version: 1, writtenAt: new Date(version.createdAt), observedAt: new Date(start) };
  const seen = async (given: Partial<typeof before> | null, ms: number) => {
    await t.admin`delete from charter.slots`;
    const was = given === null ? null : { ...before, ...given };
    const at = new Date(start + ms);
    await keepWritten(workerOf(null), { identity, vault: "main", slot, before: was, at });
    return (await t.admin`select 1 from charter.slots where observed_at = ${at}`).length > 0;
  };
  expect(await seen({}, 0)).toBe(false);
  expect(await seen({}, 3_599_999)).toBe(false);
  expect(await seen({}, 3_600_000)).toBe(true);
  expect(await seen(null, 0)).toBe(true);
  expect(await seen({ version: 2 }, 1)).toBe(true);
  expect(await seen({ vault: "other" }, 1)).toBe(true);
  expect(await seen({ writtenAt: new Date(start - 86_400_000) }, 1)).toBe(true);
});
