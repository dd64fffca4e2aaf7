import type { Db } from "#db/client.ts";
import { debitGateUpTo, isLocked } from "#db/store/steps.ts";
import { TargetFault } from "#lib/domain/fault.ts";

/** Takes one token from a gate; false when none is left now. Throws `TargetFault` where the database does not say in time. */
export type Debit = (gate: string, lane: 0 | 1) => Promise<boolean>;

interface Asking {
  readonly answer: (paid: boolean) => void;
  readonly fail: (error: unknown) => void;
}

/** Longest that one statement is waited for, ms; who came while it was under way waits for theirs as well. A lease is thrice as long. */
const usualWithinMs = 10_000;

/** Takes at most `most` tokens from a gate in one statement: how many it took. Throws `TargetFault` where the database does not say in time. */
export async function debitInTime(
  db: Db,
  gate: string,
  { lane, most, withinMs = usualWithinMs }: { readonly lane: 0 | 1; readonly most: number; readonly withinMs?: number },
): Promise<number> {
  try {
    return await inTime(debitGateUpTo(db, gate, { lane, most, withinMs }), withinMs);
  } catch (error) {
    throw isLocked(error) ? unanswered() : error;
  }
}

/**
 * Debits of one worker: those of one gate that come while another is under way are paid for together by the next statement, so that
 * its own steps never wait for each other's row lock. Nothing is taken in advance; who asked first is paid first. A statement that
 * is not answered `withinMs` is given up with those it pays for, and the next goes over another connection: what it took all the
 * same is lost to the gate, and nothing was called for it.
 */
export function createDebits(db: Db, withinMs = usualWithinMs): Debit {
  const queues = new Map<string, Asking[]>();
  const payFor = async (key: string, { gate, lane }: { readonly gate: string; readonly lane: 0 | 1 }) => {
    for (let queue = queues.get(key) ?? []; queue.length > 0; queue = queues.get(key) ?? []) {
      queues.set(key, []);
      try {
        const taken = await debitInTime(db, gate, { lane, most: queue.length, withinMs });
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

async function inTime<T>(asked: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unanswered()), ms);
  });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

const unanswered = () =>
  new TargetFault(
    "unavailable",
    "gate-unanswered",
    "The portal's database did not say in time whether a call is left here.",
  );
