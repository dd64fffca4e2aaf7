import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { asc } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "#db/client.ts";
import { auditEntries } from "#db/schema/audit.ts";
import { isSigned } from "#lib/audit/checkpoint.ts";
import { appended, emptyTree, rootOf } from "#lib/audit/tree.ts";
import { fileAnchor } from "#lib/worker/anchors.ts";
import { LogShortened, runSealer, sealOnce } from "#lib/worker/sealer.ts";
import { createStanding } from "#lib/worker/standing.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { anyEntry, append, exported, key, keys, memoryAnchor, verified } from "./support.ts";

let t: TestDatabase;
let folder: string;
beforeEach(async () => {
  t = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "charter-anchor-"));
});
afterEach(async () => {
  await t.close();
  await rm(folder, { recursive: true });
});
const leaves = async () =>
  (await t.worker.select().from(auditEntries).orderBy(asc(auditEntries.leaf))).map((e) => e.leaf);

describe("sealOnce", () => {
  it("signs nothing when there is nothing", async () => {
    expect(await sealOnce({ db: t.worker, key, anchor: null })).toBeNull();
  });

  it("gives dense places, continues the last checkpoint and anchors each", async () => {
    const anchor = memoryAnchor();
    const sealer = { db: t.worker, key, anchor };
    await append(t.worker, ...Array.from({ length: 7 }, () => anyEntry()));
    const first = await sealOnce(sealer);
    await append(t.worker, ...Array.from({ length: 4 }, () => anyEntry()));
    const second = await sealOnce(sealer);
    expect([first?.size, second?.size, second?.previous]).toEqual([7, 11, first?.root]);
    expect(anchor.kept).toEqual([first, second]);
    expect(await leaves()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    if (second === null) throw new Error("unsigned");
    expect(isSigned(second, keys.publicKey)).toBe(true);
    expect(isSigned({ ...second, size: 12 }, keys.publicKey)).toBe(false);
    expect(await sealOnce(sealer)).toBeNull();
  });

  it("does not lose an entry that was begun before and committed after a seal", async () => {
    const sealer = { db: t.worker, key, anchor: null };
    await t.worker.transaction(async (tx) => {
      await append(tx, anyEntry({ late: true }));
      await append(t.worker, anyEntry());
      expect((await sealOnce(sealer))?.size).toBe(1);
    });
    expect((await sealOnce(sealer))?.size).toBe(2);
  });

  it("several workers: each entry has one place, and one of them seals at a time", async () => {
    const anchor = memoryAnchor();
    const workers = Array.from({ length: 4 }, () => openDatabase(t.workerUrl, { applicationName: "s", max: 2 }));
    await append(t.worker, ...Array.from({ length: 50 }, () => anyEntry()));
    for (let round = 0; round < 5; round++) {
      await append(t.worker, anyEntry());
      await Promise.all(workers.map(({ db }) => sealOnce({ db, key, anchor: null })));
    }
    await sealOnce({ db: t.worker, key, anchor });
    await Promise.all(workers.map((worker) => worker.close()));
    expect(await leaves()).toEqual(Array.from({ length: 55 }, (_, i) => i));
    expect((await verified(await exported(t.auditorUrl))).faults).toEqual([]);
  });

  it("goes on where it stopped when a worker dies between placing and signing", async () => {
    await append(t.worker, anyEntry(), anyEntry());
    const dying = { id: "broken", privateKey: keys.publicKey };
    await expect(sealOnce({ db: t.worker, key: dying, anchor: null })).rejects.toThrow();
    expect(await leaves()).toEqual([null, null]);
    expect((await sealOnce({ db: t.worker, key, anchor: null }))?.size).toBe(2);
  });

  it("seals nothing on a log that is shorter than the anchor knows, or another", async () => {
    const anchor = fileAnchor(join(folder, "anchor"));
    await append(t.worker, anyEntry(), anyEntry(), anyEntry());
    await sealOnce({ db: t.worker, key, anchor });
    await t.admin`update charter.audit_tree set size = 2`;
    await append(t.worker, anyEntry());
    await expect(sealOnce({ db: t.worker, key, anchor })).rejects.toBeInstanceOf(LogShortened);
    await t.admin`update charter.audit_tree set size = 3, root = 'other'`;
    await expect(sealOnce({ db: t.worker, key, anchor })).rejects.toBeInstanceOf(LogShortened);
    expect((await leaves()).filter((leaf) => leaf === null)).toHaveLength(1);
  });

  it("the tree cannot be signed out of turn", async () => {
    await append(t.worker, anyEntry());
    const body = {
      size: 1,
      root: "r",
      previous: rootOf(emptyTree),
      epoch: 1,
      at: "2026-01-01",
      key: "k",
      signature: "s",
    };
    const seal = (over: object) =>
      t.worker.execute(`select charter.seal_sign('${JSON.stringify({ ...body, ...over })}'::jsonb, '{}')`);
    for (const over of [{}, { size: 2 }, { size: 0 }, { previous: "x" }, { epoch: 2 }])
      await expect(seal(over)).rejects.toThrow();
    expect(await t.admin`select 1 from charter.audit_checkpoints`).toHaveLength(0);
  });
});

it("runSealer seals until it is stopped, and reports a fault without giving up", async () => {
  const stop = new AbortController();
  const faults: unknown[] = [];
  let failing = true;
  const kept = memoryAnchor();
  const last = async () => {
    if (failing) throw new Error("disk");
    return kept.last();
  };
  const append1 = async (checkpoint: Parameters<typeof kept.append>[0]) => {
    await kept.append(checkpoint);
    stop.abort();
  };
  await append(t.worker, anyEntry());
  const report = (fault: unknown) => {
    faults.push(fault);
    failing = false;
  };
  await runSealer(
    { db: t.worker, key, anchor: { append: append1, last } },
    { signal: stop.signal, standing: createStanding(true), report, everyMs: 5 },
  );
  expect([faults.length, kept.kept.length]).toEqual([1, 1]);
});

it("export and verify work as commands, and exit 1 on a changed file", async () => {
  const run = promisify(execFile);
  const file = join(folder, "log.jsonl");
  const pem = join(folder, "key.pem");
  const anchor = join(folder, "anchor");
  await writeFile(pem, keys.publicKey.export({ type: "spki", format: "pem" }));
  await append(t.worker, anyEntry(), anyEntry());
  await sealOnce({ db: t.worker, key, anchor: fileAnchor(anchor) });
  await append(t.worker, anyEntry());
  await run(process.execPath, ["lib/worker/commands/audit-export.ts", file], {
    env: { ...process.env, CHARTER_AUDITOR_DATABASE_URL: t.auditorUrl },
  });
  const verify = () =>
    run(process.execPath, ["lib/audit/verify-command.ts", file, "--key", pem, "--checkpoint", anchor]);
  const { stdout } = await verify();
  expect(stdout).toBe(
    "2 entries are sealed by 1 checkpoints.\n1 entries are the unsealed tail: chained, but not signed yet.\n1 anchored checkpoints were compared.\nThe log is sound.\n",
  );
  await writeFile(file, (await readFile(file, "utf8")).replace("target.checked", "target.chekced"));
  await expect(verify()).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining("The log is NOT sound.") });
});

it("the tree is RFC 6962's", () => {
  // The test vectors of the certificate-transparency project.
  expect(rootOf(emptyTree)).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
  const roots = leaves.map((_, i) => rootOf(appended(emptyTree, leaves.slice(0, i + 1))));
  expect(roots).toEqual([
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]);
});
