import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileSource } from "#lib/audit/file.ts";
import { readingThreads } from "#lib/audit/threads.ts";
import { verifyExport } from "#lib/audit/verify.ts";
import { exportAuditLog } from "#lib/worker/commands/audit-export.ts";
import { sealOnce } from "#lib/worker/sealer.ts";
import type { Ground } from "./ground.ts";
import { type Line, median, timed } from "./measure.ts";

const clients = 12;
const each = 80;
const fillers = 4;
/** What is appended at once while the log is filled. */
const batch = 1000;
/** Of logs above this size one round is enough: it takes minutes. */
const large = 2_000_000;

/** Runs `work` from every client at once, `each` times; transactions per second. */
async function perSecond(work: () => Promise<unknown>): Promise<number> {
  const client = async () => {
    for (let turn = 0; turn < each; turn += 1) await work();
  };
  const ms = await timed(() => Promise.all(Array.from({ length: clients }, client)));
  return (clients * each * 1000) / ms;
}

const entry = () => ({
  ...{ noun: "target", id: randomUUID(), version: 1, action: "target.checked", actor: "System", evidence: "worker" },
  detail: { checks: 4, lacking: 0, sentence: "Everything it needs is there." },
});

/** Appends through the worker's role, one entry a transaction, beside an insert of the same row that computes nothing. */
async function appends({ worker, admin }: Ground): Promise<Line> {
  await admin`drop table if exists public.bare_entries`;
  await admin`create table public.bare_entries (like charter.audit_entries including all)`;
  await admin`grant usage on schema public to charter_worker`;
  await admin`grant insert on public.bare_entries to charter_worker`;
  const { sql } = worker;
  const chained = () => sql`select charter.audit_append(${JSON.stringify([entry()])}::jsonb)`;
  const unchained = () => {
    const { noun, id, action, detail } = entry();
    return sql`insert into public.bare_entries (tenant, noun, aggregate, seq, version, at, channel, actor, evidence, action, detail, xid, prev, hash)
      values ('main', ${noun}, ${id}, 1, 1, clock_timestamp(), session_user, 'System', 'worker', ${action}, ${JSON.stringify(detail)}::jsonb, pg_current_xact_id(), '', '')`;
  };
  const rates = { chained: [] as number[], unchained: [] as number[] };
  for (let round = 0; round < 5; round += 1) {
    rates.chained.push(await perSecond(chained));
    rates.unchained.push(await perSecond(unchained));
  }
  await admin`drop table public.bare_entries`;
  return {
    ...{ name: "audit.append", value: median(rates.chained), unit: "tx/s" },
    peer: { name: "unchained", value: median(rates.unchained) },
    also: { clients },
  };
}

async function fill({ sql }: Ground["worker"], count: number): Promise<void> {
  let left = count;
  const filler = async () => {
    while (left > 0) {
      const entries = Array.from({ length: Math.min(batch, left) }, entry);
      left -= entries.length;
      await sql`select charter.audit_append(${JSON.stringify(entries)}::jsonb)`;
    }
  };
  await Promise.all(Array.from({ length: fillers }, filler));
}

/** Fills the log through `audit_append`, seals it, exports it as the auditor and verifies the file. */
async function exportAndVerify({ worker, urls }: Ground, count: number): Promise<readonly Line[]> {
  await fill(worker, count);
  const keys = generateKeyPairSync("ed25519");
  const sealer = { db: worker.db, key: { id: "bench", privateKey: keys.privateKey }, anchor: null };
  while ((await sealOnce(sealer)) !== null);
  const file = join(tmpdir(), `charter-bench-${randomUUID()}.jsonl`);
  const times = { export: [] as number[], read: [] as number[], verify: [] as number[] };
  const processor = { read: [] as number[], verify: [] as number[] };
  let entries = 0;
  const read = () => verifiedEntries(file, keys.publicKey);
  for (let round = 0; round < (count > large ? 1 : 3); round += 1) {
    times.export.push(
      await timed(async () => {
        const out = createWriteStream(file);
        await exportAuditLog(urls.auditor, out);
        await finished(out.end());
      }),
    );
    processor.read.push(await processorTime(async () => void times.read.push(await timed(() => parsed(file)))));
    processor.verify.push(
      await processorTime(async () => {
        const took = await timed(async () => {
          entries = await read();
        });
        times.verify.push(took);
      }),
    );
  }
  rmSync(file);
  const rate = (ms: readonly number[]) => (entries * 1000) / median(ms);
  const anEntry = (us: readonly number[]) => median(us) / entries;
  const peer = { name: "json-parse-alone", value: rate(times.read) };
  return [
    { name: "audit.export", value: rate(times.export), unit: "entries/s", peer, also: { entries } },
    {
      ...{ name: "audit.verify", value: rate(times.verify), unit: "entries/s", peer },
      also: { entries, "processor-us-an-entry": anEntry(processor.verify), "of-the-peer": anEntry(processor.read) },
    },
  ];
}

/** How many entries an export holds; throws when one is not as it was written. */
export async function verifiedEntries(file: string, key: KeyObject): Promise<number> {
  const reader = readingThreads();
  const report = await verifyExport({ source: await fileSource(file), key, anchored: [], reader });
  await reader.close();
  if (report.faults.length > 0) throw new Error(report.faults[0]);
  return report.sealed + report.unsealed;
}

/** Microseconds of processor that this process and its threads take: what other load on the machine changes least. */
async function processorTime(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** The least that any reader of this file does. */
export async function parsed(file: string): Promise<void> {
  let rest = "";
  for await (const chunk of createReadStream(file, "utf8")) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) JSON.parse(line);
  }
}

/** `entries` are written one by one and chained before the log is sealed, exported and verified. */
export const benchAudit = async (ground: Ground, entries: number): Promise<readonly Line[]> => [
  await appends(ground),
  ...(await exportAndVerify(ground, entries)),
];
