import { flows } from "./flows.ts";
import type { Lane } from "./lane.ts";
import { type Extent, type Run, runsOf } from "./mishaps.ts";
import { type Found, newTally, type Tally } from "./oracle.ts";
import { run } from "./run.ts";

/** What became of one run. */
export interface Result {
  readonly id: string;
  readonly ms: number;
  readonly found: readonly Found[];
}

/** Which runs there are, every one with an id of its own. Does each flow of each world once. */
export async function allRuns(
  lane: Lane,
  of: Extent & { readonly connector?: string | undefined },
): Promise<readonly Run[]> {
  const runs: Run[] = [];
  const worlds = lane.worlds.all.filter(({ kind }) => of.connector === undefined || kind === of.connector);
  for (const world of worlds) for (const flow of flows) runs.push(...(await runsOf(lane, { world, flow }, of)));
  return [...new Map(runs.map((one) => [one.id, one])).values()];
}

/** Runs them in these lanes, side by side; tells each result as it comes. A fault of the harness itself counts as stuck. */
export async function runAll(
  lanes: readonly Lane[],
  runs: readonly Run[],
  tell: (result: Result) => void,
): Promise<void> {
  const queue = [...runs];
  const work = async (lane: Lane): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const began = performance.now();
      const found = await run(lane, next).catch(broken);
      tell({ id: next.id, ms: Math.round(performance.now() - began), found });
    }
  };
  await Promise.all(lanes.map(work));
}

const broken = (error: unknown): readonly Found[] => [
  { wrong: "stuck", sentence: error instanceof Error ? (error.stack ?? error.message) : String(error) },
];

/** Counts each broken promise once a run. */
export function tallyOf(results: readonly Result[]): Tally {
  const tally = { ...newTally(), runs: results.length };
  for (const { found } of results) for (const wrong of new Set(found.map((one) => one.wrong))) tally[wrong] += 1;
  return tally;
}

export const wordsOf = ({ id, found }: Result): string =>
  `${id}: ${found.map(({ wrong, sentence }) => `${wrong}: ${sentence}`).join("; ")}`;

export const tallyLine = (tally: Tally, sabotages: { readonly caught: number; readonly tried: number }): string =>
  `crash: ${Object.entries(tally)
    .map(([name, count]) => `${name}=${count}`)
    .join(" ")} sabotages=${sabotages.caught}/${sabotages.tried}`;
