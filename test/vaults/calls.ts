import type { CallContext, Calls } from "#lib/domain/target.ts";

/** Calls without gate or lease, which remembers their names; `timeoutMs` bounds each one. */
export function freeCalls(timeoutMs = 5_000): Calls & { readonly made: string[]; onSend: () => void } {
  const made: string[] = [];
  const calls = {
    made,
    onSend: () => {},
    make<T>(name: string, call: (context: CallContext) => Promise<T>): Promise<T> {
      made.push(name);
      return call({ signal: AbortSignal.timeout(timeoutMs), timeoutMs, aboutToSend: () => calls.onSend() });
    },
  };
  return calls;
}
