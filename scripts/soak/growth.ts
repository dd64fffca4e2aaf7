import { readdirSync, readFileSync } from "node:fs";
import { median } from "../bench/measure.ts";

/** Memory (bytes) and open files of one process. */
interface Sample {
  readonly at: number;
  readonly rss: number;
  readonly fds: number;
}

/** As Linux tells it; null once the process is gone. */
function sampleOf(pid: number): Omit<Sample, "at"> | null {
  try {
    const [, kib = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return { rss: Number(kib) * 1024, fds: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return null;
  }
}

/** What a process has come to, from the warm-up to the end of the same traffic. */
export interface Growth {
  readonly name: string;
  readonly rss: readonly [number, number];
  readonly fds: readonly [number, number];
  /** In hundredths. */
  readonly rssGrowth: number;
  readonly fdGrowth: number;
}

/** Watches processes that live through the whole run. */
export class Watch {
  readonly #samples = new Map<string, Sample[]>();
  readonly #timer: NodeJS.Timeout;
  readonly #began = performance.now();

  constructor(pids: Readonly<Record<string, number>>, everyMs: number) {
    this.#timer = setInterval(() => {
      for (const [name, pid] of Object.entries(pids)) {
        const seen = sampleOf(pid);
        const known = this.#samples.get(name) ?? [];
        if (seen !== null) this.#samples.set(name, [...known, { at: performance.now() - this.#began, ...seen }]);
      }
    }, everyMs);
  }

  samples(): Readonly<Record<string, readonly Sample[]>> {
    return Object.fromEntries(this.#samples);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Medians of two stretches of time (ms since it began), compared. */
  growth(warm: readonly [number, number], end: readonly [number, number]): readonly Growth[] {
    return [...this.#samples].map(([name, samples]) => {
      const within = ([from, to]: readonly [number, number]) => samples.filter(({ at }) => at >= from && at <= to);
      const of = (value: (one: Sample) => number): readonly [number, number] => [
        median(within(warm).map(value)),
        median(within(end).map(value)),
      ];
      const [rss, fds] = [of((one) => one.rss), of((one) => one.fds)];
      return { name, rss, fds, rssGrowth: (100 * (rss[1] - rss[0])) / rss[0], fdGrowth: fds[1] - fds[0] };
    });
  }
}
