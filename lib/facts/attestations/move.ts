import { lockQuestion, updateQuestion } from "#db/store/attestations.ts";
import { lockIdentity } from "#db/store/identities.ts";
import { roundAgain, stageOf } from "#lib/domain/attestation.ts";
import { refuse } from "#lib/domain/refusal.ts";
import type { Command } from "../run.ts";
import { attestationFigures, columnsOf } from "./begin.ts";

type About = { readonly identity: string };

/** Moves a question to the stage that time has brought: asked, reminded, asked of the backup, overdue. It rests when its identity has ended. */
export const moveQuestion: Command<About, null> = async (work, input) => {
  const identity = await lockIdentity(work.tx, input.identity);
  const question = await lockQuestion(work.tx, input.identity);
  if (question === null || question.movesAt === null || question.movesAt > work.now)
    return refuse({ code: "conflict", sentence: "Nothing of it has come due." });
  const lives = identity?.state === "live" || identity?.state === "suspended";
  const to = lives ? stageOf(question, work.now) : ({ stage: "waiting", movesAt: null } as const);
  const version = await updateQuestion(work.tx, question.identity, { ...to, stageAt: work.now });
  const action = lives ? (`question.${to.stage}` as const) : "question.rested";
  const detail = { round: question.round, dueAt: question.dueAt.toISOString() };
  return { ok: await work.record(null, { noun: "question", id: question.identity, version, action, detail }) };
};

/** Asks again, at once, because the request that the last answer raised has ended without effect. */
export const askAgain: Command<About, null> = async (work, input) => {
  const question = await lockQuestion(work.tx, input.identity);
  const figures = await attestationFigures(work);
  if (question === null || question.request === null || figures === null)
    return refuse({ code: "conflict", sentence: "Its last answer raised no request." });
  const round = roundAgain(work.now, figures, question.everyDays);
  const changes = { ...columnsOf(round, work.now), request: null };
  const version = await updateQuestion(work.tx, question.identity, changes);
  const detail = { round: question.round, request: question.request, dueAt: round.dueAt.toISOString() };
  return {
    ok: await work.record(null, {
      noun: "question",
      id: question.identity,
      version,
      action: "question.reopened",
      detail,
    }),
  };
};
