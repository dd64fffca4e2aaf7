import { plainLine } from "./text.ts";

/** How a target's or vault's call failed. Retry is the saga's decision, from this kind alone. */
export type FaultKind =
  | "denied"
  | "invalid"
  | "conflict"
  | "not-found"
  | "quota"
  | "throttled"
  | "unavailable"
  | "ambiguous";

/**
 * A target's answer, classified. `code` is the vendor's error code, `sentence` is ours: never a response body. Names and codes in
 * them are the target's, so both are kept to one plain line.
 * `ambiguous`: the call may have been executed. `unavailable`: it was certainly not executed.
 */
export class TargetFault extends Error {
  readonly kind: FaultKind;
  readonly code: string;
  readonly sentence: string;
  /** Milliseconds the target asked us to wait, when it did. */
  readonly retryAfterMs: number | null;

  constructor(
    kind: FaultKind,
    code: string,
    said: string | { readonly sentence: string; readonly retryAfterMs: number | null },
  ) {
    const { sentence, retryAfterMs } = typeof said === "string" ? { sentence: said, retryAfterMs: null } : said;
    const told = { code: plainLine(code, 100), sentence: plainLine(sentence, 1_000) };
    super(`${kind} ${told.code}: ${told.sentence}`);
    this.name = "TargetFault";
    this.kind = kind;
    this.code = told.code;
    this.sentence = told.sentence;
    this.retryAfterMs = retryAfterMs;
  }
}
