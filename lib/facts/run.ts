import type { Db, Tx } from "#db/client.ts";
import { appendEntries, databaseClock } from "#db/store/audit.ts";
import { type Entry, type Evidence, type Noun, type Recorded, recordedBy } from "#lib/audit/entry.ts";
import { type Outcome, ok, type Refusals } from "#lib/domain/refusal.ts";
import { refusalsJson } from "./answer.ts";

/** On whose behalf a fact happens, and what proves it. */
export interface FactActor {
  /** A person's id, `System`, or `host` for the operator of the worker's machine. */
  readonly id: string;
  readonly evidence: Evidence;
}
/** The worker acting by itself: sweeps, deadlines, the saga. */
export const system: FactActor = { id: "System", evidence: "worker" };

/** What surrounds one run. `subject` is the aggregate that a refusal is recorded under. */
export interface FactContext {
  readonly db: Db;
  readonly actor: FactActor;
  readonly subject: { readonly noun: Noun; readonly id: string };
  /** Fresh UUID; the only source of ids in a fact. */
  readonly newId: () => string;
}

/** One open transaction of a fact. `now` is the database's business clock, read once at its start. */
export interface Work {
  readonly tx: Tx;
  readonly now: Date;
  readonly actor: FactActor;
  readonly newId: () => string;
  /** Appends the entries in this transaction. The only way to make a `Recorded`, so a fact without an entry does not compile. */
  record<T>(value: T, ...entries: readonly [Entry, ...Entry[]]): Promise<Recorded<T>>;
}

/** One verb of the worker: changes and their audit entries in one transaction, or refusals and no change at all. */
export type Command<I, T> = (work: Work, input: I) => Result<T>;
export type Result<T> = Promise<{ readonly ok: Recorded<T> } | { readonly refusals: Refusals }>;

/** What a run answers: locked before the command, settled with its changes or beside the denied entry. */
export interface Envelope {
  /** False when somebody else has answered it; then nothing runs. */
  take(tx: Tx): Promise<boolean>;
  /** False when somebody else has answered it meanwhile; then nothing of this run stays. */
  settle(tx: Tx, outcome: Outcome<unknown>, now: Date): Promise<boolean>;
}

class RolledBack extends Error {
  readonly refusals: Refusals;
  constructor(refusals: Refusals) {
    super("refused");
    this.refusals = refusals;
  }
}
class AlreadyAnswered extends Error {}

const open: Envelope = { take: async () => true, settle: async () => true };

/** Runs a fact in a transaction of its own. A refusal undoes every change and leaves a `<noun>.refused` entry; faults are thrown. */
export async function runFact<I, T>(context: FactContext, command: Command<I, T>, input: I): Promise<Outcome<T>> {
  const outcome = await runWithin<T>(context, open, (work) => command(work, input));
  if (outcome === null) throw new Error("An open envelope is never answered by somebody else.");
  return outcome;
}

/** As `runFact`, inside an envelope; null when the envelope was answered by somebody else. */
export async function runWithin<T>(
  context: FactContext,
  envelope: Envelope,
  command: (work: Work) => Result<T>,
): Promise<Outcome<T> | null> {
  try {
    return await context.db.transaction(async (tx) => {
      const [isMine, work] = await Promise.all([envelope.take(tx), begin(tx, context)]);
      if (!isMine) throw new AlreadyAnswered();
      const result = await command(work);
      if ("refusals" in result) throw new RolledBack(result.refusals);
      if (!(await envelope.settle(tx, ok(result.ok.value), work.now))) throw new AlreadyAnswered();
      return ok(result.ok.value);
    });
  } catch (error) {
    if (error instanceof RolledBack) return recordRefusal(context, envelope, error.refusals).catch(unlessAnswered);
    return unlessAnswered(error);
  }
}

function unlessAnswered(error: unknown): null {
  if (error instanceof AlreadyAnswered) return null;
  throw error;
}

async function begin(tx: Tx, context: FactContext): Promise<Work> {
  return {
    tx,
    now: await databaseClock(tx),
    actor: context.actor,
    newId: context.newId,
    record: (value, ...entries) => recordedBy(value, appendEntries(tx, context.actor, entries)),
  };
}

async function recordRefusal(
  context: FactContext,
  envelope: Envelope,
  refusals: Refusals,
): Promise<{ refusals: Refusals } | null> {
  return context.db.transaction(async (tx) => {
    if (!(await envelope.take(tx))) return null;
    const { noun, id } = context.subject;
    const detail = { refusals: refusalsJson(refusals) };
    await appendEntries(tx, context.actor, [{ noun, id, version: 0, action: `${noun}.refused`, detail }]);
    if (!(await envelope.settle(tx, { refusals }, await databaseClock(tx)))) throw new AlreadyAnswered();
    return { refusals };
  });
}
