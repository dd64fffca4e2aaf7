import { lockQuestion, updateQuestion } from "#db/store/attestations.ts";
import { lockIdentity } from "#db/store/identities.ts";
import { readKnownPeople, rolesHeld } from "#db/store/people.ts";
import { mayAskEarly, roundAgain } from "#lib/domain/attestation.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { type Answer, taken } from "../answer.ts";
import type { Command } from "../run.ts";
import { attestationFigures, columnsOf } from "./begin.ts";

interface Asked {
  readonly ask: string;
  readonly identity: string;
  readonly person: string;
}

/** Asks an owner before the time, with as long to answer as ever. Refused to who may not, and where the question is asked anyway. */
export const askOwnerNow: Command<Asked, Answer> = async (work, input) => {
  const identity = await lockIdentity(work.tx, input.identity);
  const question = await lockQuestion(work.tx, input.identity);
  const figures = await attestationFigures(work);
  const person = (await readKnownPeople(work.tx, [input.person])).get(input.person);
  if (identity === null || person === undefined)
    return refuse({ code: "not-found", sentence: "There is no such identity." });
  const { owner, charter, endsIt, state } = identity;
  const may = mayAskEarly({
    behind: { owner, backup: charter.backup, endsIt, state },
    asker: { id: person.person, roles: person.active ? rolesHeld(person, work.now) : [], teams: person.teams },
    stage: figures === null ? null : (question?.stage ?? null),
  });
  if ("refusals" in may) return may;
  if (question === null || figures === null) throw new Error("A question that may be asked is there.");
  const round = roundAgain(work.now, figures, question.everyDays);
  const version = await updateQuestion(work.tx, identity.id, columnsOf(round, work.now));
  const about = { round: question.round, dueAt: round.dueAt.toISOString(), askedBy: person.person };
  return {
    ok: await work.record(
      taken,
      { noun: "question", id: identity.id, version, action: "question.asked", detail: about },
      {
        ...{ noun: "ask", id: input.ask, version: 1, action: "ask.granted" },
        detail: { kind: "question", subject: identity.id },
      },
    ),
  };
};
