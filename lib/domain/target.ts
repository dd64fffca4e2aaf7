/**
 * Guards every call to a target or vault, reads included: debits its gate, checks the lease on the monotonic clock, and
 * bounds the call's time below the lease left. `aboutToSend` must run after the request is signed, immediately before it
 * goes on the wire: it throws when the lease is gone, so that a pause lets at most one request escape.
 */
export interface Calls {
  make<T>(name: string, call: (context: CallContext) => Promise<T>): Promise<T>;
}
export interface CallContext {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  aboutToSend(): void;
}

/** One right or condition of a target or vault, as last checked. */
export interface Check {
  /** The right or condition by its name there: `iam:CreateRole`. */
  readonly name: string;
  readonly ok: boolean;
  readonly sentence: string;
  readonly mend?: string;
}

/** Proof on an object that it is ours: HMAC-SHA-256 over installation, target, name, intent and plan digest. */
export interface Mark {
  readonly installation: string;
  readonly intent: string;
  /** Version of the mark key, so that it can be replaced. */
  readonly key: string;
  readonly hmac: string;
}
