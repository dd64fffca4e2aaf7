import type { Queries } from "#db/client.ts";
import { type RequestFilter, type RequestRow, readRequests } from "#db/read/requests.ts";
import { stuckAmong } from "#db/read/stuck.ts";
import { seesEverything, type Viewer } from "#lib/domain/actor.ts";

/** A request as the list draws it. */
export interface RequestLine extends RequestRow {
  /** A step cannot go on until an operator mends its cause. */
  readonly stuck: boolean;
}

/** One page of requests in sight, latest movement first; `all`: whether that is everybody's. */
export async function requestsPage(db: Queries, viewer: Viewer, filter: RequestFilter) {
  const { rows, next } = await readRequests(db, viewer, filter);
  const underWay = rows.filter(({ state }) => state === "provisioning").map(({ id }) => id);
  const stuck = new Set(await stuckAmong(db, underWay));
  const lines: readonly RequestLine[] = rows.map((row) => ({ ...row, stuck: stuck.has(row.id) }));
  return { rows: lines, next, all: seesEverything(viewer) };
}
