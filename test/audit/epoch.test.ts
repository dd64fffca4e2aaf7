import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Checkpoint } from "#lib/audit/checkpoint.ts";
import { readCheckpoint } from "#lib/audit/export.ts";
import { raiseEpoch } from "#lib/facts/audit/raise-epoch.ts";
import { runFact } from "#lib/facts/run.ts";
import { type Anchor, AnchorUnreadable, fileAnchor } from "#lib/worker/anchors.ts";
import { compareAnchor, LogShortened, runSealer, sealOnce } from "#lib/worker/sealer.ts";
import { createStanding } from "#lib/worker/standing.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";
import { anyEntry, append, exported, key, memoryAnchor, verified } from "./support.ts";

let t: TestDatabase;
beforeEach(async () => {
  t = await testDatabase();
});
afterEach(() => t.close());

const seal = async (anchor: Anchor | null, entries: number) => {
  if (entries > 0) await append(t.worker, ...Array.from({ length: entries }, () => anyEntry()));
  return sealOnce({ db: t.worker, key, anchor });
};
const compare = (anchor: Anchor) => compareAnchor({ db: t.worker, anchor });

/** What a restore of the backup taken at `size` leaves: entries, checkpoints and tree of then. */
async function restoreTo(size: number): Promise<void> {
  await t.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`delete from charter.audit_entries where leaf is null or leaf >= ${size}`;
    await sql`delete from charter.audit_checkpoints where size > ${size}`;
    await sql`update charter.audit_tree set size = ${size}, epoch = 1,
      root = coalesce((select root from charter.audit_checkpoints c where c.size = ${size}), root),
      frontier = ${trees.get(size) ?? []}`;
  });
}
const trees = new Map<number, string[]>();
async function remember(): Promise<void> {
  const [tree] = await t.admin`select size, frontier from charter.audit_tree`;
  trees.set(Number(tree?.size), tree?.frontier ?? []);
}

async function restored(): Promise<ReturnType<typeof memoryAnchor>> {
  const anchor = memoryAnchor();
  await seal(anchor, 10);
  await remember();
  await seal(anchor, 5);
  await seal(anchor, 5);
  await restoreTo(10);
  return anchor;
}

const raise = async (anchor: Anchor, why = "Restored the backup of noon.") => {
  const anchored = await anchor.last();
  if (anchored === null) throw new Error("Nothing is anchored.");
  const context = { db: t.worker, newId: randomUUID, actor: { id: "host", evidence: "host" } } as const;
  const outcome = await runFact({ ...context, subject: { noun: "audit", id: "epoch" } }, raiseEpoch, {
    anchored,
    why,
    key,
  });
  if ("ok" in outcome) await anchor.append(outcome.ok);
  return outcome;
};

describe("a log that is shorter than its anchor", () => {
  it("is named at the first look, sealed on by nobody, and halts the worker with the mend", async () => {
    const anchor = await restored();
    await expect(compare(anchor)).rejects.toThrow(
      "The anchor knows 20 audit entries of epoch 1, the log holds 10: it was restored from a backup, or its end was cut off.",
    );
    await expect(seal(anchor, 30)).rejects.toBeInstanceOf(LogShortened);
    const standing = createStanding(true);
    const stop = new AbortController();
    const report = () => stop.abort();
    await runSealer({ db: t.worker, key, anchor }, { signal: stop.signal, standing, report, everyMs: 5 });
    expect(standing.halted).toContain("npm run audit:epoch -- --why REASON.");
    expect(anchor.kept).toHaveLength(3);
  });

  it("is named whichever of its last 1 to 100 entries are gone", async () => {
    const anchor = memoryAnchor();
    for (let size = 1; size <= 101; size++) {
      await seal(null, 1);
      await remember();
    }
    await compare(anchor);
    for (let k = 1; k <= 100; k++) {
      await restoreTo(101 - k);
      await expect(compare(anchor), `k = ${k}`).rejects.toBeInstanceOf(LogShortened);
    }
  });

  it("is another log when it grew past the anchor on its own", async () => {
    const anchor = await restored();
    await seal(null, 15);
    await expect(compare(anchor)).rejects.toThrow("it is another log");
  });

  it("is found when it is of an older epoch than the anchor", async () => {
    const anchor = await restored();
    await raise(anchor);
    await restoreTo(10);
    await expect(compare(anchor)).rejects.toThrow("of epoch 2, the log is still in epoch 1");
  });
});

describe("raising the epoch", () => {
  it("is refused while nothing is lost, and without a reason of 1 to 120 characters", async () => {
    const anchor = memoryAnchor();
    await seal(anchor, 3);
    expect(await raise(anchor)).toMatchObject({ refusals: [{ code: "conflict" }] });
    await remember();
    await seal(anchor, 3);
    await restoreTo(3);
    for (const why of [" ", "x".repeat(121), "two\nlines"])
      expect(await raise(anchor, why)).toMatchObject({ refusals: [{ code: "invalid" }] });
    expect(await t.admin`select 1 from charter.audit_checkpoints where epoch = 2`).toHaveLength(0);
    expect(await raise(anchor, "x".repeat(120))).toMatchObject({ ok: { epoch: 2 } });
  });

  it("names the old tree, leaves an entry, lets sealing go on, and is told by the verification", async () => {
    const anchor = await restored();
    const old = await anchor.last();
    const outcome = await raise(anchor);
    expect(outcome).toMatchObject({
      ok: { epoch: 2, size: 11, raised: { epoch: 1, size: 20, root: old?.root, why: "Restored the backup of noon." } },
    });
    expect(
      await t.admin`select actor, evidence from charter.audit_entries where action = 'audit.epoch-raised'`,
    ).toEqual([{ actor: "host", evidence: "host" }]);
    expect(await seal(anchor, 2)).toMatchObject({ epoch: 2, size: 13 });
    await compare(anchor);
    const report = await verified(await exported(t.auditorUrl), anchor.kept);
    expect(report.faults).toEqual([]);
    expect(report.raised).toEqual([
      expect.stringContaining(
        "of 20 sealed entries of epoch 1 the log kept those up to 10. Reason given: Restored the backup of noon.",
      ),
    ]);
  });

  it("a worker that died before it anchored the raise anchors it at the next look", async () => {
    const anchor = await restored();
    const mute: Anchor = { last: anchor.last, append: async () => undefined };
    await raise(mute);
    await compare(anchor);
    expect((await anchor.last())?.epoch).toBe(2);
  });

  it("cannot be stored without naming what it replaces, nor the same epoch twice", async () => {
    const anchor = await restored();
    await raise(anchor);
    const [newest] = await t.admin`select * from charter.audit_checkpoints order by epoch desc limit 1`;
    await append(t.worker, anyEntry());
    const body = { size: 12, root: "r", previous: newest?.root, at: "2026-01-01", key: "k", signature: "s" };
    for (const odd of [
      { epoch: 3 },
      { epoch: 1 },
      { epoch: 3, raised: { epoch: 1, size: 20, root: "r", why: "w" } },
      { epoch: 2, raised: { epoch: 1, size: 20, root: "r", why: "w" } },
    ])
      await expect(
        t.worker.execute(
          `select charter.seal_next(10); select charter.seal_sign('${JSON.stringify({ ...body, ...odd })}'::jsonb, '{}')`,
        ),
      ).rejects.toThrow();
  });
});

describe("verification across epochs", () => {
  const bytes = async () => exported(t.auditorUrl);
  const without = (log: Buffer, drop: (checkpoint: Checkpoint) => boolean) =>
    Buffer.from(
      log
        .toString("utf8")
        .split("\n")
        .filter((line) => {
          const checkpoint = readCheckpoint(line);
          return checkpoint === null || !drop(checkpoint);
        })
        .join("\n"),
    );

  it("alarms on a smaller tree in the same epoch", async () => {
    const anchor = await restored();
    expect((await verified(await bytes(), anchor.kept)).faults).not.toEqual([]);
  });

  it("alarms when the anchor knows more of the old epoch than the raise names, or another tree", async () => {
    const anchor = await restored();
    const [, , newest] = anchor.kept;
    await raise(anchor);
    const log = await bytes();
    if (newest === undefined) throw new Error("Three were anchored.");
    expect((await verified(log, anchor.kept)).faults).toEqual([]);
    for (const odd of [
      { ...newest, size: 21 },
      { ...newest, root: "0".repeat(64) },
    ])
      expect((await verified(log, [odd])).faults).toContainEqual(expect.stringContaining("was begun in place of 20"));
  });

  it("alarms on an anchor of a later epoch, and on an epoch whose first checkpoint is gone", async () => {
    const anchor = await restored();
    const before = await bytes();
    await raise(anchor);
    await seal(anchor, 1);
    expect((await verified(before, anchor.kept)).faults).toContainEqual(expect.stringContaining("it is an older one"));
    const log = without(await bytes(), ({ raised }) => raised !== undefined);
    expect((await verified(log)).faults).toContainEqual(expect.stringContaining("does not say what became of epoch 1"));
  });
});

describe("an anchor in a file", () => {
  it("gives back its newest line however long it grew, and refuses one that is cut", async () => {
    const folder = await mkdtemp(join(tmpdir(), "charter-anchor-"));
    const file = join(folder, "anchor");
    const anchor = fileAnchor(file);
    expect(await anchor.last()).toBeNull();
    for (let i = 0; i < 15; i++) await seal(anchor, 1);
    expect(await anchor.last()).toMatchObject({ size: 15 });
    const text = await readFile(file, "utf8");
    expect(text.length).toBeGreaterThan(4_096);
    await writeFile(file, text.slice(0, -20));
    await expect(anchor.last()).rejects.toBeInstanceOf(AnchorUnreadable);
    await rm(folder, { recursive: true });
  });
});
