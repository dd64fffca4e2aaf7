import { performance } from "node:perf_hooks";

/** One line of the bench's answer. `ratio` is `value / peer`, of the same unit unless `peer` says another. */
export interface Line {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer: { readonly name: string; readonly value: number };
  /** Further figures of the same runs, by name. */
  readonly also?: Readonly<Record<string, number>>;
}

export const ratioOf = ({ value, peer }: Line): number => value / peer.value;

/** `NAME value unit peer=value ratio=R`, then what else was seen. */
export function lineText(line: Line): string {
  const { name, value, unit, peer, also = {} } = line;
  const more = Object.entries(also).map(([key, figure]) => ` ${key}=${shown(figure)}`);
  return `${name} ${shown(value)} ${unit} ${peer.name}=${shown(peer.value)} ratio=${shown(ratioOf(line))}${more.join("")}`;
}

const shown = (value: number): string =>
  String(Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100);

/** The value below which `share` of them lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Milliseconds that one run takes. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Times each of them in turn, `rounds` times, after two rounds that do not count; milliseconds by name. */
export async function interleaved(
  runs: Readonly<Record<string, () => Promise<unknown>>>,
  rounds: number,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const times: Record<string, number[]> = {};
  for (let round = -2; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(runs)) {
      const ms = await timed(run);
      if (round >= 0) times[name] = [...(times[name] ?? []), ms];
    }
  }
  return times;
}
