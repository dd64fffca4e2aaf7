import { connectorOf } from "#lib/connectors/registry.ts";
import { type Flow, flows } from "./flows.ts";
import type { Lane } from "./lane.ts";
import { type Extent, type Run, runsOf } from "./mishaps.ts";
import { type Found, newTally, type Tally } from "./oracle.ts";
import { run } from "./run.ts";
import type { CrashWorld } from "./worlds.ts";

/** What became of one run. */
export interface Result {
  readonly id: string;
  readonly ms: number;
  readonly found: readonly Found[];
  /** It could not be made to go wrong there: a worker's start had, for example, already signed in. */
  readonly unmet: boolean;
}

/**
 * Runs that proved nothing and should have: the place of every other one is come to. A worker signs in to the vault when it first
 * needs to, which its start may have done already.
 */
export const idle = (results: readonly Result[]): readonly Result[] =>
  results.filter(({ id, unmet }) => unmet && !/\/vault login:C[12]\b/.test(id));

/** Which runs a lane's worlds have, every one with an id of its own. Does each flow of each world once. */
export async function allRuns(lane: Lane, extent: Extent): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (const world of lane.worlds.all)
    for (const flow of flows.filter((one) => isOf(world, one)))
      runs.push(...(await runsOf(lane, { world, flow }, extent)));
  return mixed([...new Map(runs.map((one) => [one.id, one])).values()]);
}

/** The run of this very name; where there is none, all whose names match it as a pattern. */
export function named(runs: readonly Run[], only: string): readonly Run[] {
  const exactly = runs.filter(({ id }) => id === only);
  return exactly.length > 0 ? exactly : runs.filter(({ id }) => new RegExp(only).test(id));
}

/** Only what stores a credential, at a target that can hold two, is rotated; a strange key is deleted where it can be. */
const isOf = ({ kind, stores, stray }: CrashWorld, flow: Flow): boolean =>
  (flow.kind !== "rotate" || (stores && connectorOf(kind)?.capabilities.has("rotate") === true)) &&
  (flow.strange !== true || stray !== undefined);

/** Early runs tell of every flow. The same order each time; 7919 is a prime larger than any list here. */
const mixed = (runs: readonly Run[]): readonly Run[] =>
  runs
    .map((one, place) => ({ one, rank: (place * 7919) % runs.length }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one);

/** Runs them one after the other and tells each result as it comes. A fault of the harness itself counts as stuck. */
export async function runAll(lane: Lane, runs: readonly Run[], tell: (result: Result) => void): Promise<void> {
  for (const next of runs) {
    const began = performance.now();
    const { found, unmet } = await run(lane, next).catch(broken);
    tell({ id: next.id, ms: Math.round(performance.now() - began), found, unmet });
  }
}

const broken = (error: unknown): Pick<Result, "found" | "unmet"> => {
  const sentence = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { found: [{ wrong: "stuck", sentence }], unmet: false };
};

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
