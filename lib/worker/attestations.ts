import { readActiveBundle } from "#db/read/planning-facts.ts";
import { readMovingQuestions, readUnfulfilled, readUnplanned } from "#db/store/attestations.ts";
import { databaseClock } from "#db/store/audit.ts";
import { planQuestion } from "#lib/facts/attestations/begin.ts";
import { askAgain, moveQuestion } from "#lib/facts/attestations/move.ts";
import { type Command, runFact, system } from "#lib/facts/run.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import type { Worker } from "./worker.ts";

const batch = 200;

/** Moves every question whose time has come by the database's business clock; how many. */
export async function passQuestions(worker: Worker): Promise<number> {
  const due = await readMovingQuestions(worker.db, await databaseClock(worker.db), batch);
  const moved = await each(worker, moveQuestion, due);
  if (moved > 0) worker.changed();
  return moved;
}

/** Plans questions that are missing, and asks again where the request an answer raised came to nothing; how many. None while policy does not ask. */
export async function planQuestions(worker: Worker): Promise<number> {
  const bundle = await readActiveBundle(worker.db);
  if (bundle === null || figuresOf(bundle).attestation === null) return 0;
  const unplanned = await readUnplanned(worker.db, batch);
  const planned = await each(
    worker,
    planQuestion,
    unplanned.map(({ id }) => ({ identity: id })),
  );
  const reopened = await each(worker, askAgain, await readUnfulfilled(worker.db, batch));
  if (planned + reopened > 0) worker.changed();
  return planned + reopened;
}

type About = { readonly identity: string };

/** One that fails must not keep the others waiting. */
async function each(
  { db, newId, log }: Worker,
  command: Command<About, null>,
  questions: readonly About[],
): Promise<number> {
  let moved = 0;
  for (const { identity } of questions) {
    const context = { db, newId, actor: system, subject: { noun: "question", id: identity } } as const;
    try {
      if ("ok" in (await runFact(context, command, { identity }))) moved += 1;
    } catch (error) {
      log.fault("question", error);
    }
  }
  return moved;
}
