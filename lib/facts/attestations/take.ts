import type { KeyObject } from "node:crypto";
import {
  type AnswerRow,
  insertAttestation,
  lockQuestion,
  type QuestionRow,
  readAnswer,
  updateQuestion,
} from "#db/store/attestations.ts";
import { type IdentityRow, lockIdentity } from "#db/store/identities.ts";
import { readRequest } from "#db/store/requests.ts";
import { type AttestationStatement, signAttestation } from "#lib/audit/attestation.ts";
import { type AttestationFigures, requestOf, roundFrom } from "#lib/domain/attestation.ts";
import { type Refusal, refuse } from "#lib/domain/refusal.ts";
import { type Judged, judgeAnswer } from "#lib/judgement/judge-answer.ts";
import { type Answer, taken } from "../answer.ts";
import type { Command, Work } from "../run.ts";
import { attestationFigures, columnsOf } from "./begin.ts";

export interface Taking {
  readonly answer: string;
  readonly installation: string;
  readonly key: { readonly id: string; readonly privateKey: KeyObject };
}

/**
 * Takes the answer to a question: signed with what was shown, and the next round begun. Refused to who is not asked, a second
 * time, without the request it speaks of, and where the evidence is no longer what was on the card.
 */
export const takeAnswer: Command<Taking, Answer> = async (work, input) => {
  const answer = await readAnswer(work.tx, input.answer);
  const identity = answer === null ? null : await lockIdentity(work.tx, answer.identity);
  const question = identity === null ? null : await lockQuestion(work.tx, identity.id);
  const figures = await attestationFigures(work);
  if (answer === null || identity === null || question === null || figures === null)
    return refuse({ code: "not-found", sentence: "There is no such question." });
  const judged = await judgeAnswer(work.tx, { identity, question, person: answer.person, given: answer });
  if ("refusals" in judged) return judged;
  const wrong = await whyNotRequest(work, answer, judged.ok.person);
  return wrong === null ? keep(work, input, { answer, identity, question, figures, judged: judged.ok }) : refuse(wrong);
};

interface Settled {
  readonly answer: AnswerRow;
  readonly identity: IdentityRow;
  readonly question: QuestionRow;
  readonly figures: AttestationFigures;
  readonly judged: Judged;
}

async function keep(
  work: Work,
  { installation, key }: Taking,
  { answer, identity, question, figures, judged }: Settled,
) {
  const { id, answer: said, reason, request, batch } = answer;
  const { standing, person } = judged;
  const { evidence, digest } = judged.gathered;
  const round = roundFrom(work.now, { figures, of: identity, now: work.now });
  const statement: AttestationStatement = {
    ...{ v: "charter-attestation-1", installation, id, identity: identity.id, round: question.round },
    ...{ person, standing, answer: said, reason, request, batch, evidence: digest, shown: evidence },
    dueAt: question.dueAt.toISOString(),
    answeredAt: work.now.toISOString(),
    nextDueAt: round.dueAt.toISOString(),
    key: key.id,
  };
  await insertAttestation(work.tx, {
    ...{ id, identity: identity.id, round: question.round, person, standing, answer: said, reason, request },
    ...{ evidence: digest, dueAt: question.dueAt, answeredAt: work.now, nextDueAt: round.dueAt, statement },
    ...{ key: key.id, signature: signAttestation(statement, key.privateKey) },
  });
  const next = { ...columnsOf(round, work.now), round: question.round + 1, lastAttestation: id, request };
  const version = await updateQuestion(work.tx, identity.id, next);
  const about = { identity: identity.id, answer: said, by: person, standing, evidence: digest };
  return {
    ok: await work.record(
      taken,
      { noun: "attestation", id, version: 1, action: "attestation.recorded", detail: { ...about, request } },
      {
        ...{ noun: "question", id: identity.id, version, action: "question.answered" },
        detail: { ...about, attestation: id, nextDueAt: round.dueAt.toISOString() },
      },
    ),
  };
}

/** An answer that takes away comes with the request that does so, asked by the same person; *keep* with none. */
async function whyNotRequest(work: Work, answer: AnswerRow, person: string): Promise<Refusal | null> {
  const kind = requestOf(answer.answer);
  if (kind === null && answer.request === null) return null;
  const request = answer.request === null ? null : await readRequest(work.tx, answer.request);
  const fits = request?.kind === kind && request.identity === answer.identity && request.requester === person;
  return fits ? null : { code: "invalid", sentence: "The answer does not fit the request it names." };
}
