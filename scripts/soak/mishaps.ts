import { setTimeout as pause } from "node:timers/promises";
import type { FaultRule } from "#lib/simulation/faults.ts";
import type { Ground } from "./ground.ts";
import type { Book } from "./traffic.ts";

/** Something that breaks, or comes back, once this share of the run has passed. */
interface Mishap {
  readonly at: number;
  readonly name: string;
  happen(ground: Ground, book: Book): void | Promise<void>;
}

const rule = (effect: FaultRule["effect"], chance: number, times: number | null = null): FaultRule => ({
  ...{ effect, chance, times, seed: 7 },
});

/** How long after PostgreSQL is back a page may still fail: connections are made anew, ms. */
const settling = 3_000;

/** Between a fifth and three quarters of the run; before and after it, nothing breaks. */
const mishaps: readonly Mishap[] = [
  {
    ...{ at: 0.25, name: "AWS throttles every second call" },
    happen: ({ aws }) => aws.fault(rule({ kind: "throttle" }, 0.5)),
  },
  { at: 0.33, name: "AWS is well again", happen: ({ aws }) => aws.clearFaults() },
  {
    ...{ at: 0.36, name: "one worker is killed (SIGKILL)" },
    happen: ({ workers }) => workers[1].kill("SIGKILL"),
  },
  { at: 0.4, name: "it is started again", happen: ({ workers }) => workers[1].start() },
  {
    ...{ at: 0.42, name: "the vault answers 5xx, and loses every third answer" },
    happen: ({ vault }) => {
      vault.fault(rule({ kind: "unavailable", when: "before" }, 0.5));
      vault.fault(rule({ kind: "unavailable", when: "after" }, 0.3));
    },
  },
  { at: 0.5, name: "the vault is well again", happen: ({ vault }) => vault.clearFaults() },
  {
    ...{ at: 0.53, name: "PostgreSQL is restarted (fast shutdown)" },
    happen: async ({ restartPostgres }, book) => {
      const from = performance.now();
      book.away = { from, to: Number.POSITIVE_INFINITY };
      await restartPostgres();
      book.away = { from, to: performance.now() + settling };
    },
  },
  {
    ...{ at: 0.6, name: "AWS answers 5xx, executes without answering, and hangs" },
    happen: ({ aws }) => {
      aws.fault(rule({ kind: "unavailable", when: "after" }, 0.2));
      aws.fault(rule({ kind: "reset", when: "after" }, 0.1));
      aws.fault(rule({ kind: "hang", when: "before" }, 0.1, 8));
      aws.fault(rule({ kind: "hang", when: "after" }, 0.1, 8));
    },
  },
  {
    ...{ at: 0.72, name: "everything is well again" },
    happen: ({ aws, vault }) => {
      aws.clearFaults();
      vault.clearFaults();
    },
  },
];

export interface Happening {
  readonly ground: Ground;
  readonly book: Book;
  readonly ms: number;
  say(line: string): void;
}

/** Lets everything happen at its time; ends with the last. */
export async function letHappen({ ground, book, ms, say }: Happening): Promise<void> {
  const began = performance.now();
  for (const mishap of mishaps) {
    await pause(Math.max(0, began + mishap.at * ms - performance.now()));
    say(`${Math.round((performance.now() - began) / 1000)} s: ${mishap.name}`);
    await mishap.happen(ground, book);
  }
}
