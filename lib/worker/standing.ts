/**
 * Whether this worker may act. While the database is not known to be the one whose log was anchored, it takes no claim, drives no
 * step and runs no sweep: a restored backup must neither mint again nor retire what was renewed since.
 */
export interface Standing {
  /** Why it only reports, in a sentence with the mend; null when it may act. */
  readonly halted: string | null;
  /** Resolves when `halted` is next set to something else. */
  moved(): Promise<void>;
  halt(sentence: string): void;
  clear(): void;
}

/** Begins halted when there is an anchor to compare with. */
export function createStanding(anchored: boolean): Standing {
  let halted: string | null = anchored
    ? "The audit log is being compared with its anchor; until then nothing is done."
    : null;
  let next = Promise.withResolvers<void>();
  const set = (sentence: string | null) => {
    if (sentence === halted) return;
    halted = sentence;
    next.resolve();
    next = Promise.withResolvers<void>();
  };
  return {
    get halted() {
      return halted;
    },
    moved: () => next.promise,
    halt: set,
    clear: () => set(null),
  };
}
