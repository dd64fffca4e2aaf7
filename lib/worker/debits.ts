import { performance } from "node:perf_hooks";
import type { Db } from "#db/client.ts";
import { type Debiting, debitGateUpTo, isLocked } from "#db/store/steps.ts";
import { TargetFault } from "#lib/domain/fault.ts";

/** Takes one token from a gate; false when none is left now. Throws `TargetFault` where the database does not say in time. */
export type Debit = (gate: string, lane: 0 | 1) => Promise<boolean>;

interface Asking {
  readonly answer: (paid: boolean) => void;
  readonly fail: (error: unknown) => void;
}

/** Longest that one statement is waited for, ms; who came while it was under way waits for theirs as well. A lease is thrice as long. */
const usualWithinMs = 10_000;

/** What `debitGateUpTo` took. Throws `TargetFault` where the database does not say in time. */
async function debitInTime(db: Db, gate: string, debiting: Debiting): Promise<number> {
  try {
    return await inTime(debitGateUpTo(db, gate, debiting), debiting.withinMs);
  } catch (error) {
    throw isLocked(error) ? unanswered() : error;
  }
}

/** Tokens that are taken beyond what is asked for, at most; none by lane 0, whose last ones are the reserve. */
const mostAhead = 8;

interface Times {
  readonly withinMs: number;
  /** How long what was taken ahead may be spent, ms from when it was asked for: by then the gate has made up for it. */
  readonly keptMs: number;
}

/** What one worker, or one sweep, has to do with one lane of a gate. */
interface Purse {
  readonly gate: string;
  readonly lane: 0 | 1;
  waiting: Asking[];
  /** A statement is under way. */
  taking: boolean;
  left: number;
  until: number;
  /** When calls were paid for of late, ms. */
  paidAt: readonly number[];
}

/**
 * Debits of one worker, or of one sweep: those of one gate that come while another is under way are paid for together by the next
 * statement, so that its own steps never wait for each other's row lock. Who asked first is paid first. Where calls of lane 1 follow
 * each other fast it takes as many ahead as were paid for of late and as the gate makes up for meanwhile; what is not spent in time is
 * lost to the gate, never added to it. A statement that is not answered `withinMs` is given up with those it pays for, and the next
 * goes over another connection: what it took all the same is lost likewise, and nothing was called for it.
 */
export function createDebits(db: Db, { withinMs = usualWithinMs, keptMs = 250 }: Partial<Times> = {}): Debit {
  const purses = new Map<string, Purse>();
  const take = async (purse: Purse) => {
    const { gate, lane, waiting } = purse;
    purse.waiting = [];
    try {
      const now = performance.now();
      purse.paidAt = purse.paidAt.filter((at) => now - at < keptMs);
      const asked = waiting.length;
      const ahead = lane === 0 ? 0 : Math.min(mostAhead, purse.paidAt.length);
      const taken = await debitInTime(db, gate, { lane, asked, ahead, keptMs, withinMs });
      purse.left = Math.max(0, taken - asked);
      purse.until = now + keptMs;
      purse.paidAt = [...purse.paidAt, ...waiting.slice(0, taken).map(() => now)];
      for (const [place, { answer }] of waiting.entries()) answer(place < taken);
    } catch (error) {
      for (const { fail } of waiting) fail(error);
    }
  };
  const pay = async (purse: Purse) => {
    purse.taking = true;
    while (purse.waiting.length > 0) if (!spend(purse)) await take(purse);
    purse.taking = false;
  };
  return (gate, lane) =>
    new Promise((answer, fail) => {
      const key = `${lane} ${gate}`;
      const fresh = { gate, lane, waiting: [], taking: false, left: 0, until: 0, paidAt: [] };
      const purse = purses.get(key) ?? fresh;
      purses.set(key, purse);
      purse.waiting.push({ answer, fail });
      if (!purse.taking) void pay(purse);
    });
}

/** Pays the first who waits out of what was taken ahead; false where nothing of it is left. */
function spend(purse: Purse): boolean {
  const now = performance.now();
  const [first] = purse.waiting;
  if (first === undefined || purse.left === 0 || now > purse.until) return false;
  purse.left -= 1;
  purse.waiting.shift();
  purse.paidAt = [...purse.paidAt, now];
  first.answer(true);
  return true;
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
