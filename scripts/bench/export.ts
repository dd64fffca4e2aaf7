import { readWholeInventory } from "#db/read/inventory.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { inventorySheet } from "#lib/web/inventory-download.ts";
import { rowsDownload } from "#lib/web/rows-download.ts";
import type { Ground } from "./ground.ts";
import { type Line, timed } from "./measure.ts";
import { plain } from "./reads.ts";

const megabyte = 2 ** 20;

/**
 * The whole inventory as CSV and as JSON Lines, as a member of security downloads it, read to its end: rows a second beside a bare
 * COPY of the same table, and by how much the process grew at most meanwhile. Bound of the growth: 64 MB, whatever the number of rows.
 */
export async function benchExport(ground: Ground): Promise<readonly Line[]> {
  const [row] = await ground.admin`select count(*)::int as n from charter.identities`;
  const identities = Number(row?.n);
  const copied = await timed(async () => {
    const stream = await ground.admin`copy charter.identities to stdout`.readable();
    for await (const _ of stream);
  });
  const peer = { name: "copy-rows-per-s", value: identities / (copied / 1_000) };
  const lines: Line[] = [];
  for (const as of ["csv", "json"]) {
    const { ms, bytes, grown } = await downloaded(ground, as);
    lines.push({
      ...{ name: `export.${as}`, value: identities / (ms / 1_000), unit: "rows/s", peer },
      also: { rows: identities, "file-MB": bytes / megabyte },
    });
    const bound = { name: "bound-MB", value: 64 };
    lines.push({ name: `export.${as}.memory`, value: grown / megabyte, unit: "MB", peer: bound });
  }
  return lines;
}

async function downloaded(ground: Ground, as: string) {
  const viewer: Viewer = { id: "00000000-0000-4000-8000-000000000000", roles: ["security"], teams: [] };
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let [bytes, most] = [0, before];
  const ms = await timed(async () => {
    const rows = readWholeInventory(ground.web.db, viewer, plain);
    const answer = rowsDownload({ name: "bench", file: "bench", as, sheet: inventorySheet, rows });
    if (answer.body === null) throw new Error("The export has no body.");
    for await (const piece of answer.body) {
      bytes += piece.length;
      most = Math.max(most, process.memoryUsage().rss);
    }
  });
  return { ms, bytes, grown: most - before };
}
