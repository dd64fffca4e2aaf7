/** Why a command did not happen, in words for people. Codes are the whole list; a border maps them to HTTP or a field. */
export type RefusalCode = "invalid" | "forbidden" | "not-found" | "conflict" | "refused-by-policy";

export interface Refusal {
  readonly code: RefusalCode;
  /** One plain sentence, made in the domain, safe to show. */
  readonly sentence: string;
  /** Path of the charter field or form field it concerns, e.g. `backup`, `spec.bucket`. Absent: it concerns the whole. */
  readonly field?: string;
  /** What would satisfy it. */
  readonly mend?: string;
  /** Id of the policy rule that speaks, when one does. */
  readonly rule?: string;
  /** Control ids the rule supports (FACTS: "supports", never "complies with"). */
  readonly controls?: readonly string[];
}

export type Refusals = readonly [Refusal, ...Refusal[]];

/** A command's result: a value, or why not. Faults are thrown, refusals are returned. */
export type Outcome<T> = { readonly ok: T } | { readonly refusals: Refusals };

export const ok = <T>(value: T): { readonly ok: T } => ({ ok: value });
export const refuse = (...refusals: Refusals): { readonly refusals: Refusals } => ({ refusals });
/** Narrows a list that may be empty to refusals, or null when there is nothing to refuse. */
export const asRefusals = (list: readonly Refusal[]): Refusals | null => {
  const [first, ...rest] = list;
  return first === undefined ? null : [first, ...rest];
};
