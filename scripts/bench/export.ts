import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
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
 * COPY of the same table; and by how much more the process held at most meanwhile, after a collection, than before. Bound of that:
 * 64 MB, whatever the number of rows. `rss-MB` is what the process took from the system, which V8 gives back when it likes.
 */
export async function benchExport(ground: Ground): Promise<readonly Line[]> {
  const [row] = await ground.admin`select count(*)::int as n from charter.identities`;
  const identities = Number(row?.n);
  // Before the copy, whose last pieces its connection holds on to: they would hide as much of what an export holds.
  const downloads = [];
  for (const as of ["csv", "json"]) downloads.push({ as, ...(await downloaded(ground, as)) });
  const copied = await timed(async () => {
    const stream = await ground.admin`copy charter.identities to stdout`.readable();
    for await (const _ of stream);
  });
  const peer = { name: "copy-rows-per-s", value: identities / (copied / 1_000) };
  const lines: Line[] = [];
  for (const { as, ms, bytes, held, resident } of downloads) {
    lines.push({
      ...{ name: `export.${as}`, value: identities / (ms / 1_000), unit: "rows/s", peer },
      also: { rows: identities, "file-MB": bytes / megabyte },
    });
    const bound = { name: "bound-MB", value: 64 };
    const also = { "rss-MB": resident / megabyte };
    lines.push({ name: `export.${as}.memory`, value: held / megabyte, unit: "MB", peer: bound, also });
  }
  return lines;
}

async function downloaded(ground: Ground, as: string) {
  const viewer: Viewer = { id: "00000000-0000-4000-8000-000000000000", roles: ["security"], teams: [] };
  const before = { held: heldNow(), rss: process.memoryUsage().rss };
  const most = { ...before };
  let [bytes, pieces, collecting] = [0, 0, 0];
  const ms = await timed(async () => {
    const rows = readWholeInventory(ground.web.db, viewer, plain);
    const answer = rowsDownload({ name: "bench", file: "bench", as, sheet: inventorySheet, rows });
    if (answer.body === null) throw new Error("The export has no body.");
    for await (const piece of answer.body) {
      bytes += piece.length;
      most.rss = Math.max(most.rss, process.memoryUsage().rss);
      pieces += 1;
      if (pieces % looks === 0)
        collecting += await timed(async () => {
          most.held = Math.max(most.held, heldNow());
        });
    }
  });
  return { ms: ms - collecting, bytes, held: most.held - before.held, resident: most.rss - before.rss };
}

/** Pieces of a file between two looks at what is held. */
const looks = 20;
setFlagsFromString("--expose-gc");
const collect: unknown = runInNewContext("gc");

/** What the process holds once what nobody needs is collected: heap and buffers. */
function heldNow(): number {
  if (typeof collect !== "function") throw new Error("This process cannot be told to collect.");
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
