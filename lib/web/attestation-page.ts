import type { Queries } from "#db/client.ts";
import { type AskedQuestion, readAskedQuestions, readOwnAnswers } from "#db/read/attestations.ts";
import { readPeopleChoices } from "#db/read/people.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import type { Evidence } from "#lib/domain/attestation-evidence.ts";
import { gatherEvidence } from "#lib/judgement/gather-evidence.ts";

/** One question with its evidence; alike ones have the same `sameness`. */
export interface QuestionCard extends AskedQuestion {
  readonly evidence: Evidence;
  readonly sameness: string;
}

/** What is asked of this viewer, the first of it with its evidence, how many of theirs are not, and whom they may hand over to. */
export async function attestationPage(db: Queries, viewer: Viewer) {
  const asked = await readAskedQuestions(db, viewer);
  const [gathered, own, people] = await Promise.all([
    gatherEvidence(
      db,
      asked.map(({ identity }) => identity),
    ),
    readOwnAnswers(db, viewer),
    asked.length === 0 ? [] : readPeopleChoices(db),
  ]);
  const cards = asked.flatMap((question): QuestionCard[] => {
    const found = gathered.get(question.identity);
    return found === undefined ? [] : [{ ...question, evidence: found.evidence, sameness: found.sameness }];
  });
  return { cards, own: { ...own, owner: viewer.id }, people };
}
export type AttestationPage = Awaited<ReturnType<typeof attestationPage>>;
