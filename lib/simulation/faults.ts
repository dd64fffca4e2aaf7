import { z } from "zod";

const when = z.enum(["before", "after"]);

/** What can go wrong on a simulated wire. `after` means: the call was executed, only its answer was lost. */
const effectSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("throttle"), retryAfterS: z.number().optional() }),
  /** A 5xx; `after` executes first, so that the caller cannot know. */
  z.strictObject({ kind: z.literal("unavailable"), when: when.default("before") }),
  z.strictObject({ kind: z.literal("denied") }),
  /** Refused for good: what was sent is not accepted. */
  z.strictObject({ kind: z.literal("invalid") }),
  z.strictObject({ kind: z.literal("quota") }),
  z.strictObject({ kind: z.literal("latency"), ms: z.number().int().positive() }),
  z.strictObject({ kind: z.literal("reset"), when }),
  /** Never answers; the caller's own time limit ends it. */
  z.strictObject({ kind: z.literal("hang"), when }),
  /** Resets the connection at once and executes `ms` later: the request that was still on its way. */
  z.strictObject({ kind: z.literal("late"), ms: z.number().int().positive() }),
  /** Reads show the world as it was `ms` ago. */
  z.strictObject({ kind: z.literal("stale"), ms: z.number().int().positive() }),
  /** Every second read shows the world as it was `ms` ago: replicas that disagree. */
  z.strictObject({ kind: z.literal("flap"), ms: z.number().int().positive() }),
]);
export type Effect = z.infer<typeof effectSchema>;

/** One fault to inject, as posted to `/_simulator/faults`. */
const faultRuleSchema = z.strictObject({
  /** Operation by its vendor's name (`CreateAccessKey`); `*` is every one. */
  operation: z.string().default("*"),
  effect: effectSchema,
  /** Only calls that change something. */
  changing: z.boolean().default(false),
  /** Matching calls that pass untouched first. */
  skip: z.number().int().nonnegative().default(0),
  /** Matching calls it hits; null until cleared. */
  times: z.number().int().positive().nullable().default(1),
  /** Share of matching calls it hits, drawn from `seed`. */
  chance: z.number().min(0).max(1).default(1),
  seed: z.number().int().default(1),
});
export type FaultRule = z.input<typeof faultRuleSchema>;

interface Armed {
  readonly rule: z.output<typeof faultRuleSchema>;
  readonly draw: () => number;
  skip: number;
  left: number;
  hits: number;
}

/** The faults armed on one simulator. `take` uses them up in the order in which they were added. */
export class Faults {
  #armed: Armed[] = [];

  add(input: FaultRule): void {
    const rule = faultRuleSchema.parse(input);
    const left = rule.times ?? Number.POSITIVE_INFINITY;
    this.#armed.push({ rule, draw: random(rule.seed), skip: rule.skip, left, hits: 0 });
  }

  clear(): void {
    this.#armed = [];
  }

  /** True while a rule needs the world's past. */
  get needsHistory(): boolean {
    return this.#armed.some(({ rule }) => rule.effect.kind === "stale" || rule.effect.kind === "flap");
  }

  /** Effects that hit this call. Stale and flapping views hit reads only. */
  take(operation: string, isRead: boolean): readonly Effect[] {
    const hit = this.#armed.filter((armed) => matches(armed, operation, isRead) && spend(armed));
    this.#armed = this.#armed.filter((armed) => armed.left > 0);
    return hit.flatMap(({ rule, hits }) => (rule.effect.kind === "flap" && hits % 2 === 0 ? [] : [rule.effect]));
  }
}

function matches({ rule }: Armed, operation: string, isRead: boolean): boolean {
  if (rule.operation !== "*" && rule.operation !== operation) return false;
  if (rule.changing && isRead) return false;
  return isRead || (rule.effect.kind !== "stale" && rule.effect.kind !== "flap");
}

function spend(armed: Armed): boolean {
  if (armed.skip > 0) {
    armed.skip -= 1;
    return false;
  }
  if (armed.draw() >= armed.rule.chance) return false;
  armed.left -= 1;
  armed.hits += 1;
  return true;
}

/** Mulberry32: the same seed draws the same faults. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
