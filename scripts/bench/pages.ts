import { setTimeout as pause } from "node:timers/promises";
import { type Portal, startPortal, webSettings } from "#test/security/http-portal.ts";
import { openSession } from "#test/security/http-world.ts";
import type { Ground } from "./ground.ts";
import { type Line, percentile, timed } from "./measure.ts";
import { familyMs, processorMs } from "./processor.ts";
import { viewers } from "./reads.ts";

const readers = 8;
/** How long one page is read before it is another's turn, and how many are read before anything counts: V8 compiles what is hot. */
const turnMs = 2_000;
const warmUp = 100;
/** The peer is the cheapest page that this web can serve: no session, no rows, no frame. Nothing drawn by it can be cheaper. */
const asked = {
  "sign-in": "/sign-in",
  inventory: "/identities",
  "my-work": "/",
  requests: "/requests",
} as const;

interface Seen {
  readonly times: number[];
  ms: number;
  web: number;
  postgresql: number;
}

/**
 * Whole pages a second, drawn by one built web process and read over HTTP to their end by eight readers without a role at once, each asking
 * again as soon as it has its answer, in turns for `seconds` each; the web, PostgreSQL and the readers share the machine. Run `npm run build` first.
 */
export async function benchPages(ground: Ground, seconds: number): Promise<readonly Line[]> {
  const { small } = await viewers(ground);
  const sessions = await Promise.all(Array.from({ length: readers }, () => openSession(ground.admin, small.id)));
  const portal = await startPortal({ ...webSettings, CHARTER_WEB_DATABASE_URL: ground.urls.web }, readers);
  try {
    const pages = Object.entries(asked).map(([name, path]) => {
      const seen: Seen = { times: [], ms: 0, web: 0, postgresql: 0 };
      return { name, seen, read: (session: string) => readPage(portal, path, session) };
    });
    for (const { read } of pages) await together(sessions, read, { pages: warmUp });
    await pause(500);
    for (let turn = 0; turn * turnMs < seconds * 1_000; turn += 1) {
      for (const { read, seen } of pages)
        await measure({ ground, portal }, seen, () => together(sessions, read, { ms: turnMs }));
    }
    return linesOf(pages);
  } finally {
    await portal.stop();
  }
}

async function readPage(portal: Portal, path: string, session: string): Promise<void> {
  const { status } = await portal.send({ path, session });
  if (status !== 200) throw new Error(`${path} answered ${status}: ${portal.log()}`);
}

type Until = { readonly pages: number } | { readonly ms: number };

/** All readers at once, until so many pages were read or so long; milliseconds of each. */
async function together(
  sessions: readonly string[],
  read: (session: string) => Promise<void>,
  until: Until,
): Promise<readonly number[]> {
  const times: number[] = [];
  const start = performance.now();
  const goesOn = () => ("pages" in until ? times.length < until.pages : performance.now() - start < until.ms);
  await Promise.all(
    sessions.map(async (session) => {
      while (goesOn()) times.push(await timed(() => read(session)));
    }),
  );
  return times;
}

async function measure(
  { ground, portal }: { readonly ground: Ground; readonly portal: Portal },
  seen: Seen,
  run: () => Promise<readonly number[]>,
): Promise<void> {
  const [web, postgresql, start] = [processorMs(portal.pid), familyMs(ground.pid), performance.now()];
  seen.times.push(...(await run()));
  seen.ms += performance.now() - start;
  seen.web += processorMs(portal.pid) - web;
  seen.postgresql += familyMs(ground.pid) - postgresql;
}

function linesOf(pages: readonly { readonly name: string; readonly seen: Seen }[]): readonly Line[] {
  const persecond = ({ times, ms }: Seen) => times.length / (ms / 1_000);
  const [first, ...others] = pages;
  if (first === undefined) return [];
  const peer = { name: "sign-in-pages-per-s", value: persecond(first.seen) };
  const also = ({ times, web, postgresql }: Seen) => ({
    "p50-ms": percentile(times, 0.5),
    "p95-ms": percentile(times, 0.95),
    "web-cpu-ms": web / times.length,
    "postgresql-cpu-ms": postgresql / times.length,
    goal: 300,
  });
  return [first, ...others].map(({ name, seen }) => ({
    ...{ name: `pages.${name}`, value: persecond(seen), unit: "pages/s", peer, also: also(seen) },
  }));
}
