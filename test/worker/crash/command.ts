import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { connectors } from "#lib/connectors/registry.ts";
import { removeWorkerFiles } from "./builds.ts";
import { type Lane, openLane } from "./lane.ts";
import { allRuns, idle, named, type Result, runAll, tallyLine, tallyOf, wordsOf } from "./matrix.ts";
import { type Tried, tryAll } from "./sabotage.ts";

/** The complete matrix, as `npm run crash` runs it; see scripts/crash.mjs. */
const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    seeds: { type: "string" },
    connector: { type: "string" },
    json: { type: "string" },
    only: { type: "string" },
    /** The wrongly built workers and nothing else. */
    sabotages: { type: "boolean", default: false },
    lanes: { type: "string", default: "1" },
  },
});

/** Results of earlier processes that held; what did not, or did not come to its place, is run again. */
const kept = (file: string): readonly Result[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line): Result => JSON.parse(line))
        .filter(({ found, unmet }) => found.length === 0 && !unmet)
    : [];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

type Sabotages = { caught: number; tried: number };

/** Told of every result, of whichever lane. */
class Book {
  readonly results: Result[] = [];
  readonly sabotages: Sabotages = { caught: 0, tried: 0 };
  readonly #began = performance.now();
  expected = 0;

  note(result: Result): void {
    this.results.push(result);
    if (values.json !== undefined) appendFileSync(values.json, `${JSON.stringify(result)}\n`);
    if (result.found.length > 0) say(wordsOf(result));
    if (this.results.length % 25 === 0)
      say(`${this.results.length} of ${this.expected}, ${Math.round((performance.now() - this.#began) / 1000)} s`);
  }

  noteSabotage({ name, caught, found }: Tried): void {
    this.sabotages.tried += 1;
    if (caught) this.sabotages.caught += 1;
    say(`sabotage, ${name}: ${caught ? "caught" : "NOT caught"}: ${found[0]?.sentence ?? "nothing"}`);
  }
}

/** All runs of one kind of target, in lanes of their own. */
async function runKind(kind: string, of: { book: Book; known: ReadonlyMap<string, Result> }) {
  const { book, known } = of;
  const lanes: Lane[] = [];
  try {
    for (let place = 0; place < Number(values.lanes); place += 1) lanes.push(await openLane([kind]));
    const [first] = lanes;
    if (first === undefined) return;
    const extent = { full: values.full, seeds: Number(values.seeds ?? (values.full ? 10 : 0)) };
    const runs = named(await allRuns(first, extent), values.only ?? "");
    const rest = runs.filter(({ id }) => !known.has(id));
    for (const { id } of runs) book.results.push(...[known.get(id) ?? []].flat());
    book.expected += runs.length;
    say(`${kind}: ${runs.length} runs, ${runs.length - rest.length} of them done before.`);
    const share = (place: number) => rest.filter((_, index) => index % lanes.length === place);
    await Promise.all(lanes.map((lane, place) => runAll(lane, share(place), (result) => book.note(result))));
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

async function sabotage(kind: string, book: Book): Promise<void> {
  const lane = await openLane([kind]);
  await tryAll(lane, (tried) => book.noteSabotage(tried)).finally(() => lane.close());
}

async function main(): Promise<number> {
  const book = new Book();
  const known = new Map(values.json === undefined ? [] : kept(values.json).map((one) => [one.id, one]));
  const kinds = connectors.map(({ kind }) => kind).filter((kind) => (values.connector ?? kind) === kind);
  try {
    if (!values.sabotages) await Promise.all(kinds.map((kind) => runKind(kind, { book, known })));
    for (const kind of values.only === undefined ? kinds : []) await sabotage(kind, book);
  } finally {
    removeWorkerFiles();
  }
  const unmet = book.results.filter((one) => one.unmet);
  if (unmet.length > 0) say(`${unmet.length} places were not passed: ${unmet.map(({ id }) => id).join("; ")}`);
  const tally = tallyOf(book.results);
  const none = values.only !== undefined && book.results.length === 0;
  if (none) say(`No run is called ${values.only}.`);
  const idled = idle(book.results).length;
  if (idled > 0) say(`${idled} of them are places that every worker comes to: these runs prove nothing.`);
  say(tallyLine(tally, book.sabotages));
  const { caught, tried } = book.sabotages;
  if (none || idled > 0) return 1;
  return caught === tried && Object.entries(tally).every(([name, count]) => name === "runs" || count === 0) ? 0 : 1;
}

process.exitCode = await main();
