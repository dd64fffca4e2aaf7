import { setTimeout as sleep } from "node:timers/promises";
import { TargetFault } from "#lib/domain/fault.ts";
import type { CallContext, Calls } from "#lib/domain/target.ts";
import { LostLease } from "#lib/facts/steps/lost-lease.ts";
import { crashPoint } from "./crash.ts";

/** A lease as its holder knows it: on the monotonic clock, counted from before it was asked for. */
export interface Lease {
  leftMs(): number;
  /** Prolongs it; throws `LostLease` when it has ended or is another's. */
  renew(): Promise<void>;
}

export interface CallGuard {
  /** The step, for messages and injected crashes. */
  readonly step: string;
  readonly lease: Lease;
  /** Takes one token from the gate; false when none is left now. */
  debit(): Promise<boolean>;
  /** Longest a call may take, ms. */
  readonly timeoutMs: number;
  /** The claim has paid for the first call. */
  paid: boolean;
  /** Hears each call's name and end; for tests that enumerate them. */
  heard?(name: string): void;
}

/** Kept free at the end of a lease, so that an answer can still be committed. */
const marginMs = 1_000;

/** Makes the guard of every call of one step to one target or vault. */
export function guardedCalls(guard: CallGuard): Calls {
  return {
    async make<T>(name: string, call: (context: CallContext) => Promise<T>): Promise<T> {
      await payFor(guard);
      if (guard.lease.leftMs() < guard.timeoutMs + marginMs) await guard.lease.renew();
      const timeoutMs = Math.min(guard.timeoutMs, guard.lease.leftMs() - marginMs);
      if (timeoutMs <= 0) throw new LostLease();
      const abort = new AbortController();
      const timer = setTimeout(
        () => abort.abort(new DOMException("The call took too long.", "TimeoutError")),
        timeoutMs,
      );
      const aboutToSend = () => {
        if (guard.lease.leftMs() <= 0) throw new LostLease();
        crashPoint({ step: guard.step }, "C1");
        crashPoint({ step: guard.step, call: name }, "C1");
      };
      try {
        guard.heard?.(name);
        return await call({ signal: abort.signal, timeoutMs, aboutToSend });
      } finally {
        clearTimeout(timer);
        crashPoint({ step: guard.step }, "C2");
        crashPoint({ step: guard.step, call: name }, "C2");
      }
    },
  };
}

/** Waits for a token of the gate, at most as long as the lease allows; then the step is put off, as if the target had throttled it. */
async function payFor(guard: CallGuard): Promise<void> {
  if (guard.paid) {
    guard.paid = false;
    return;
  }
  for (let tries = 0; !(await guard.debit()); tries += 1) {
    if (tries >= 40) throw new TargetFault("throttled", "gate", "This installation's own limit of calls is reached.");
    await sleep(100 + 100 * Math.min(tries, 4));
  }
}
