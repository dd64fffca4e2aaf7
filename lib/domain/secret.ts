/**
 * Secret fields (e.g. `secret_access_key`) on their way from a target to a vault. They go down, never up:
 * every way to print, serialise or inspect one throws. `pour` is the only way out and is called by vault stores
 * and by a connector that must set a credential at its target.
 */
export class Secret {
  readonly #fields: Readonly<Record<string, string>>;

  constructor(fields: Readonly<Record<string, string>>) {
    this.#fields = { ...fields };
  }

  /** Hands the plain fields to `use` and returns what it returns. `use` must not let them escape. */
  pour<T>(use: (fields: Readonly<Record<string, string>>) => T): T {
    return use(this.#fields);
  }

  toString(): never {
    throw new Error("A secret cannot become text.");
  }

  toJSON(): never {
    throw new Error("A secret cannot become JSON.");
  }

  [Symbol.toPrimitive](): never {
    throw new Error("A secret cannot become a primitive value.");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): never {
    throw new Error("A secret cannot be inspected.");
  }
}
