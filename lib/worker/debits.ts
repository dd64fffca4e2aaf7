import type { Db } from "#db/client.ts";
import { debitGateUpTo } from "#db/store/steps.ts";

/** Takes one token from a gate; false when none is left now. */
export type Debit = (gate: string, lane: 0 | 1) => Promise<boolean>;

interface Asking {
  readonly answer: (paid: boolean) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Debits of one worker: those of one gate that come while another is under way are paid for together by the next statement, so that
 * its own steps never wait for each other's row lock. Nothing is taken in advance; who asked first is paid first.
 */
export function createDebits(db: Db): Debit {
  const queues = new Map<string, Asking[]>();
  const payFor = async (key: string, { gate, lane }: { readonly gate: string; readonly lane: 0 | 1 }) => {
    for (let queue = queues.get(key) ?? []; queue.length > 0; queue = queues.get(key) ?? []) {
      queues.set(key, []);
      try {
        const taken = await debitGateUpTo(db, gate, { lane, most: queue.length });
        for (const [place, { answer }] of queue.entries()) answer(place < taken);
      } catch (error) {
        for (const { fail } of queue) fail(error);
      }
    }
    queues.delete(key);
  };
  return (gate, lane) =>
    new Promise((answer, fail) => {
      const key = `${lane} ${gate}`;
      const queue = queues.get(key);
      if (queue !== undefined) {
        queue.push({ answer, fail });
        return;
      }
      queues.set(key, [{ answer, fail }]);
      void payFor(key, { gate, lane });
    });
}
