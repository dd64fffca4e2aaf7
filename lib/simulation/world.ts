import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * A simulator's state: in memory, and in `file` when one is named, so that what was made is still there after a restart.
 * The file (mode 0600) is replaced atomically after each change.
 */
export class World<State> {
  readonly state: State;
  readonly #file: string | null;
  #past: { readonly until: number; readonly state: State }[] = [];

  constructor(empty: State, file: string | null) {
    this.#file = file;
    this.state = file !== null && existsSync(file) ? { ...empty, ...JSON.parse(readFileSync(file, "utf8")) } : empty;
  }

  /** Remembers the state as it is now, for reads that lag; call before a change. */
  remember(at: number): void {
    this.#past.push({ until: at, state: structuredClone(this.state) });
    if (this.#past.length > 200) this.#past.shift();
  }

  /** The state as it was at `at` (ms), as far back as it is remembered. */
  asOf(at: number): State {
    return this.#past.find((past) => past.until > at)?.state ?? this.state;
  }

  save(): void {
    if (this.#file === null) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.state), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}
