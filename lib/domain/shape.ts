import type { Json, JsonObject } from "./json.ts";
import { asRefusals, type Outcome, ok, type Refusal } from "./refusal.ts";

/** Reads a value of unknown shape; undefined once it has noted why it cannot. */
export type Reader<T> = (value: unknown, at: Place) => T | undefined;
export interface Place {
  readonly path: string;
  readonly notes: Refusal[];
}

const note = (at: Place, sentence: string): undefined => {
  at.notes.push({ code: "invalid", sentence, ...(at.path === "" ? {} : { field: at.path }) });
  return undefined;
};
const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const inside = (at: Place, key: string | number): Place => ({
  path: at.path === "" ? String(key) : `${at.path}.${key}`,
  notes: at.notes,
});

/** Runs a reader over a whole value; refusals name the field each concerns. */
export function read<T>(reader: Reader<T>, value: unknown): Outcome<T> {
  const notes: Refusal[] = [];
  const result = reader(value, { path: "", notes });
  const refusals = asRefusals(notes);
  if (refusals) return { refusals };
  return result === undefined ? { refusals: [{ code: "invalid", sentence: "This could not be read." }] } : ok(result);
}

/** Text of at most `max` UTF-16 units; what cannot be canonical (half a surrogate pair) or stored (NUL) is refused. */
export const text =
  (max = 500): Reader<string> =>
  (value, at) =>
    typeof value !== "string"
      ? note(at, "Text is expected here.")
      : value.length > max
        ? note(at, `At most ${max} characters fit here.`)
        : !value.isWellFormed()
          ? note(at, "It contains half a character; type it again.")
          : value.includes("\0")
            ? note(at, "It contains a character that cannot be kept; type it again.")
            : value;

export const wholeNumber =
  (min: number, max: number): Reader<number> =>
  (value, at) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? value
      : note(at, `A whole number from ${min} to ${max} is expected here.`);

export const yesOrNo: Reader<boolean> = (value, at) =>
  typeof value === "boolean" ? value : note(at, "Yes or no is expected here.");

export const oneOf =
  <T extends string>(values: readonly T[]): Reader<T> =>
  (value, at) =>
    values.find((one) => one === value) ?? note(at, `Choose one of ${values.join(", ")}.`);

export const orNull =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (value, at) =>
    value === null ? null : reader(value, at);

export const listOf =
  <T>(reader: Reader<T>, max = 20): Reader<readonly T[]> =>
  (value, at) => {
    if (!Array.isArray(value)) return note(at, "A list is expected here.");
    if (value.length > max) return note(at, `At most ${max} entries fit here.`);
    const entries = value.map((entry, index) => reader(entry, inside(at, index)));
    return entries.every((entry) => entry !== undefined) ? entries : undefined;
  };

type Readers = { readonly [key: string]: Reader<unknown> };
type Read<F extends Readers> = { readonly [K in keyof F]: F[K] extends Reader<infer T> ? T : never };

/** Exactly these fields, the optional ones only when present; an unknown field is refused. */
export function fields<F extends Readers>(required: F): Reader<Read<F>>;
export function fields<F extends Readers, O extends Readers>(
  required: F,
  optional: O,
): Reader<Read<F> & Partial<Read<O>>>;
export function fields(required: Readers, optional: Readers = {}): Reader<{ readonly [key: string]: unknown }> {
  return (value, at) => {
    if (!isObject(value)) return note(at, "A set of fields is expected here.");
    const before = at.notes.length;
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(value))
      if (!Object.hasOwn(required, key) && !Object.hasOwn(optional, key))
        note(inside(at, key), "This field is not known.");
    for (const [key, reader] of Object.entries(required))
      result[key] = reader(Object.hasOwn(value, key) ? value[key] : undefined, inside(at, key));
    for (const [key, reader] of Object.entries(optional))
      if (Object.hasOwn(value, key)) result[key] = reader(value[key], inside(at, key));
    return at.notes.length === before ? result : undefined;
  };
}

/** The first variant whose tag field fits; the tag is a literal `kind`, or the presence of a field. */
export const variant =
  <T>(choose: (value: { readonly [key: string]: unknown }) => Reader<T> | null): Reader<T> =>
  (value, at) => {
    const reader = isObject(value) ? choose(value) : null;
    return reader === null ? note(at, "This is none of the known forms.") : reader(value, at);
  };

export const literal =
  <T extends string>(expected: T): Reader<T> =>
  (value, at) =>
    value === expected ? expected : note(at, `${expected} is expected here.`);

/** Fields of any JSON, at most 16 deep, with lists of at most 1000 and texts of at most 20,000. */
export const jsonObject: Reader<JsonObject> = (value, at) => {
  const whole = jsonAt(value, at, 16);
  return isObject(whole) ? (whole as JsonObject) : note(at, "A set of fields is expected here.");
};

function jsonAt(value: unknown, at: Place, depth: number): Json | undefined {
  if (depth === 0) return note(at, "This is nested too deeply.");
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : note(at, "A finite number is expected here.");
  if (typeof value === "string") return text(20_000)(value, at);
  if (Array.isArray(value)) return listOf<Json>((entry, place) => jsonAt(entry, place, depth - 1), 1000)(value, at);
  if (!isObject(value) || Object.keys(value).length > 1000) return note(at, "This cannot be kept.");
  const entries = Object.entries(value).map(
    ([key, entry]) => [key, jsonAt(entry, inside(at, key), depth - 1)] as const,
  );
  return entries.every(([key, entry]) => entry !== undefined && key.isWellFormed() && !key.includes("\0"))
    ? (Object.fromEntries(entries) as JsonObject)
    : undefined;
}
