import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { burst } from "./burst.ts";
import { type Ground, openGround } from "./ground.ts";
import { type Growth, Watch } from "./growth.ts";
import { heapOf } from "./heap.ts";
import { letHappen } from "./mishaps.ts";
import { type Findings, judge } from "./oracle.ts";
import { sabotages } from "./sabotage.ts";
import { Book, people } from "./traffic.ts";

/** See scripts/soak.mjs. */
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    json: { type: "string" },
    /** Afterwards something is done behind the portal's back, which must be found: this run fails. */
    sabotages: { type: "boolean", default: false },
  },
});

/** About half of what two cores serve. */
const traffic = { readers: 8, askers: 3 };
/** What is under way when the traffic ends has so long to come to rest. */
const drainMs = 8 * 60_000;
/** The same traffic before the run begins: code is compiled, pools and heaps find their size. */
const warmUpMs = 45_000;
/**
 * Hundredths. V8 lets a heap grow before it collects, and gives little back: in minutes that is as much as a leak would show, in an
 * hour it is not.
 */
const mostRssGrowth = (minutes: number): number => (minutes >= 60 ? 5 : 35);
/** Hundredths, of what is still held after a collection: with each minute there is more to show, and code goes on being compiled. */
const mostHeapGrowth = 25;
/** Pools open connections as they need them; a leak of one a request would be hundreds. */
const mostFdGrowth = 12;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Waits until nothing that was taken is under way; how long it took, or null when it did not come to rest. */
async function drained({ database: { admin } }: Ground, book: Book): Promise<number | null> {
  const began = performance.now();
  const taken = book.asked.filter((one) => one.taken).map(({ id }) => id);
  while (performance.now() - began < drainMs) {
    const [open] = await admin`
      select (select count(*)::int from charter.inbox) as inbox,
        (select count(*)::int from charter.intents where state in ('running', 'undoing')) as intents,
        (select count(*)::int from charter.identities where charter_request = any(${taken}) and state <> 'provisioning') as ended`;
    if (open?.inbox === 0 && open.intents === 0 && open.ended === taken.length) return performance.now() - began;
    await pause(500);
  }
  return null;
}

const percent = (value: number): string => `${value.toFixed(1)}%`;
const mib = (bytes: number): number => Math.round(bytes / 1024 ** 2);
const grown = ({ name, rss, fds, rssGrowth }: Growth): string =>
  `${name}: memory ${mib(rss[0])} → ${mib(rss[1])} MiB (${percent(rssGrowth)}), open files ${fds[0]} → ${fds[1]}`;

async function heaps({ watched: { web, worker } }: Ground) {
  return { web: await heapOf(web), worker: await heapOf(worker) };
}
type Heaps = Awaited<ReturnType<typeof heaps>>;

/** The larger growth, in hundredths, and both in words. */
function heapGrowth(warm: Heaps, end: Heaps) {
  const of = (name: keyof Heaps) => (100 * (end[name] - warm[name])) / warm[name];
  const told = (name: keyof Heaps) => `${name} ${mib(warm[name])} → ${mib(end[name])} MiB (${percent(of(name))})`;
  return {
    growth: Math.max(of("web"), of("worker")),
    told: `Heap after a collection: ${told("web")}, ${told("worker")}.`,
  };
}

/** Each by itself, one on top of the other; what all of them have come to. */
async function tryAll(clean: Findings, ground: Ground, book: Book): Promise<Findings> {
  let before = clean;
  for (const { name, shows, happen } of sabotages) {
    happen(ground);
    const found = await judge(ground, book.asked);
    const [news] = found[shows].filter((sentence) => !before[shows].includes(sentence));
    say(`sabotage, ${name}: ${news === undefined ? "NOT caught" : `caught: ${news}`}`);
    before = found;
  }
  return before;
}

async function soak(ground: Ground, minutes: number): Promise<number> {
  const ms = minutes * 60_000;
  const book = new Book();
  const end = new AbortController();
  const busy = people(ground, book, { ...traffic, end: end.signal });
  await pause(warmUpMs);
  const warm = await heaps(ground);
  const watch = new Watch({ web: ground.watched.web.pid, worker: ground.watched.worker.pid }, 1_000);
  const breaking = letHappen({ ground, book, ms, say });
  await pause(ms);
  await breaking;
  watch.stop();
  const growth = watch.growth([0, 0.2 * ms], [0.85 * ms, ms]);
  const held = heapGrowth(warm, await heaps(ground));
  end.abort();
  await busy;
  const calm = { reads: book.reads, submits: book.submits, shed: book.shed };
  const pressed = await burst(ground, book);
  const rest = await drained(ground, book);
  let found = await judge(ground, book.asked);
  if (values.sabotages) found = await tryAll(found, ground, book);
  for (const kind of ["lost", "twice", "orphans"] as const)
    for (const sentence of found[kind].slice(0, 10)) say(`${kind}: ${sentence}`);
  for (const [what, times] of book.failures) say(`failed read, ${times} times: ${what}`);
  for (const one of growth) say(grown(one));
  say(held.told);
  const most = (of: (one: Growth) => number): number => Math.max(...growth.map(of));
  const sum = {
    ...{ minutes, reads: book.reads, submits: book.submits },
    ...{ lost: found.lost.length, twice: found.twice.length, orphans: found.orphans.length },
    ...{ "failed-reads": book.failedReads, shed: book.shed, "recovered-ms": pressed.recoveredMs },
    ...{ "rss-growth": percent(most((one) => one.rssGrowth)), "fd-growth": most((one) => one.fdGrowth) },
  };
  const taken = book.asked.filter((one) => one.taken).length;
  say(
    `${taken} of ${book.asked.length} requests were taken; before the burst ${calm.reads} reads, ${calm.submits} submits, ${calm.shed} sent away; ` +
      `${book.failedWhileAway} of the failed reads while PostgreSQL was away; in the burst ${pressed.answered} answered, ${pressed.shed} sent away.`,
  );
  say(rest === null ? "It did not come to rest." : `It came to rest ${Math.round(rest / 1000)} s after the burst.`);
  say(
    `Load average ${loadavg()
      .map((one) => one.toFixed(1))
      .join(" ")}.`,
  );
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ ...sum, growth, samples: watch.samples(), found, pressed })}\n`);
  say(
    `soak: ${Object.entries(sum)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ")}`,
  );
  const sound = found.lost.length + found.twice.length + found.orphans.length === 0 && rest !== null;
  const memory = most((one) => one.rssGrowth) <= mostRssGrowth(minutes) && held.growth <= mostHeapGrowth;
  const flat = memory && most((one) => one.fdGrowth) <= mostFdGrowth;
  return sound && flat ? 0 : 1;
}

async function main(): Promise<number> {
  const ground = await openGround();
  try {
    return await soak(ground, Number(values.minutes));
  } finally {
    await ground.close();
  }
}

process.exitCode = await main();
