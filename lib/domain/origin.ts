import type { Origin } from "./charter.ts";

/** A value with where it came from. */
export interface Sourced<T> {
  readonly value: T;
  readonly origin: Origin;
}

export const typed = <T>(value: T): Sourced<T> => ({ value, origin: { how: "typed" } });
export const inferred = <T>(value: T, from: string): Sourced<T> => ({ value, origin: { how: "inferred", from } });
export const byDefault = <T>(value: T, of: string, version: string): Sourced<T> => ({
  value,
  origin: { how: "default", of, version },
});

/** An edit, when there is one. */
export const edited = <T>(value: T | undefined): Sourced<T> | null => (value === undefined ? null : typed(value));
