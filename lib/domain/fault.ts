/** How a target's or vault's call failed. Retry is the saga's decision, from this kind alone. */
export const faultKinds = [
  "denied",
  "invalid",
  "conflict",
  "not-found",
  "quota",
  "throttled",
  "unavailable",
  "ambiguous",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/**
 * A target's answer, classified. `code` is the vendor's error code, `sentence` is ours: never a response body.
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
    super(`${kind} ${code}: ${sentence}`);
    this.name = "TargetFault";
    this.kind = kind;
    this.code = code;
    this.sentence = sentence;
    this.retryAfterMs = retryAfterMs;
  }
}
