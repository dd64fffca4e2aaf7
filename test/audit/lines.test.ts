import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { type ExportedEntry, entryHash } from "#lib/audit/chain.ts";
import { checkpointLine, signed } from "#lib/audit/checkpoint.ts";
import { entryLine } from "#lib/audit/export.ts";
import { fileSource } from "#lib/audit/file.ts";
import { readingThreads } from "#lib/audit/threads.ts";
import { appended, emptyTree, rootOf } from "#lib/audit/tree.ts";
import { verifyExport } from "#lib/audit/verify.ts";

// As `npm run audit:verify` reads a file: a megabyte at a time, on several threads.

const count = 7_000;
const keys = generateKeyPairSync("ed25519");
const at = "2026-11-22T10:00:00.000000Z";
const hashed = (entry: ExportedEntry): ExportedEntry => ({ ...entry, hash: entryHash(entry) });
const log: ExportedEntry[] = [];
for (let leaf = 0; leaf < count; leaf += 1) {
  const of = { tenant: "main", noun: "target", aggregate: "a", seq: leaf + 1, version: 1, at, xid: "7", leaf };
  const told = { channel: "charter_worker", actor: "System", evidence: "worker", action: "target.checked" };
  log.push(hashed({ ...of, ...told, detail: "{}", prev: log.at(-1)?.hash ?? "", hash: "" }));
}
const root = rootOf(
  appended(
    emptyTree,
    log.map(({ hash }) => hash),
  ),
);
const point = { size: count, root, previous: rootOf(emptyTree), epoch: 1, at: "2026-11-22T10:00:00.000Z", key: "c1" };
const lines = [...log.map(entryLine), checkpointLine(signed(point, keys.privateKey))];
const whole = Buffer.from(`${lines.join("\n")}\n`);
const starts = [0];
for (let end = whole.indexOf(10); end !== -1; end = whole.indexOf(10, end + 1)) starts.push(end + 1);
/** The line, from 0, through which the border before this segment goes. */
const torn = (segment: number) => starts.findLastIndex((start) => start <= segment << 20);

const folder = mkdtempSync(join(tmpdir(), "charter-lines-"));
const reader = readingThreads(2);
afterAll(async () => {
  await reader.close();
  rmSync(folder, { recursive: true, force: true });
});

async function faultsOf(bytes: Uint8Array): Promise<readonly string[]> {
  const file = join(folder, "log");
  writeFileSync(file, bytes);
  return (await verifyExport({ source: await fileSource(file), key: keys.publicKey, anchored: [], reader })).faults;
}
/** With this written over the line, from so many bytes on. */
function over(line: number, put: string, from = 0): Buffer {
  const bytes = Buffer.from(whole);
  bytes.write(put, (starts[line] ?? expect.fail("no line")) + from, "latin1");
  return bytes;
}

it("a file of several segments is sound", async () => {
  expect(whole.length >> 20).toBe(2);
  expect(await faultsOf(whole)).toEqual([]);
});

it.each([
  ["the first line", 0],
  ["the last whole line of the first segment", torn(1) - 1],
  ["the line that the first border cuts", torn(1)],
  ["the line after it", torn(1) + 1],
  ["one in the middle", (torn(1) + torn(2)) >> 1],
  ["the last whole line of the second segment", torn(2) - 1],
  ["the line that the second border cuts", torn(2)],
  ["the line after that", torn(2) + 1],
  ["the last entry", count - 1],
])("a fault in %s has the number of the file's line", async (_, line) => {
  const entry = log[line] ?? expect.fail("no entry");
  const changed = over(line, "Syst-m", entryLine(entry).indexOf("System"));
  expect(await faultsOf(changed)).toEqual([
    `Line ${line + 1}: target a entry ${line + 1} is not what was written: its hash differs.`,
  ]);
  for (const put of ["[", "\xff"])
    expect((await faultsOf(over(line, put)))[0]).toBe(`Line ${line + 1} is not as it was exported.`);
  const anew = over(line, entryLine(hashed({ ...entry, actor: "Syst-m" })));
  expect(await faultsOf(anew)).toEqual([
    ...(line + 1 < count ? [`Line ${line + 2} does not continue the entry before it.`] : []),
    `The first ${count} entries are not those that were signed.`,
  ]);
});

it("what follows a checkpoint, and a line that is not ended, have the number of the file's line", async () => {
  expect(await faultsOf(Buffer.concat([whole, Buffer.from(`${lines[0]}\n`)]))).toContain(
    `Line ${count + 2} is an entry after a checkpoint.`,
  );
  expect(await faultsOf(whole.subarray(0, -1))).toEqual([`Line ${count + 1} is not as it was exported.`]);
});
