import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startCluster } from "#test/support/cluster.ts";
import { type Lane, openLane } from "./lane.ts";
import { allRuns, type Result, runAll, tallyLine, tallyOf, wordsOf } from "./matrix.ts";

/** The complete matrix, as `npm run crash` runs it; see scripts/crash.mjs. */
const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    seeds: { type: "string" },
    connector: { type: "string" },
    json: { type: "string" },
    only: { type: "string" },
    lanes: { type: "string", default: "2" },
  },
});

/** Results of earlier processes that held: what did not is run again. */
const kept = (file: string): readonly Result[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line): Result => JSON.parse(line))
        .filter(({ found }) => found.length === 0)
    : [];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const cluster = await startCluster({ max_connections: 200 });
  const lanes: Lane[] = [];
  try {
    for (let place = 0; place < Number(values.lanes); place += 1) lanes.push(await openLane(cluster.url()));
    const [first] = lanes;
    if (first === undefined) throw new Error("--lanes is at least 1.");
    const extent = { full: values.full, seeds: Number(values.seeds ?? (values.full ? 10 : 0)) };
    const wanted = new RegExp(values.only ?? "");
    const runs = (await allRuns(first, { ...extent, connector: values.connector })).filter(({ id }) => wanted.test(id));
    const done = values.json === undefined ? [] : kept(values.json);
    const known = new Set(done.map(({ id }) => id));
    const rest = runs.filter(({ id }) => !known.has(id));
    say(`${runs.length} runs, ${runs.length - rest.length} of them done before.`);
    const results = done.filter(({ id }) => runs.some((one) => one.id === id));
    const began = performance.now();
    await runAll(lanes, rest, (result) => {
      results.push(result);
      if (values.json !== undefined) appendFileSync(values.json, `${JSON.stringify(result)}\n`);
      if (result.found.length > 0) say(wordsOf(result));
      if (results.length % 25 === 0)
        say(`${results.length} of ${runs.length}, ${Math.round((performance.now() - began) / 1000)} s`);
    });
    const tally = tallyOf(results);
    say(tallyLine(tally, { caught: 0, tried: 0 }));
    return Object.entries(tally).every(([name, count]) => name === "runs" || count === 0) ? 0 : 1;
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
    await cluster.stop();
  }
}

process.exitCode = await main();
