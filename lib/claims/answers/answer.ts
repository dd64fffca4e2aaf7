import type { Tx } from "#db/client.ts";
import { readIdentityInSight } from "#db/read/identity-sight.ts";
import { readQuestion } from "#db/store/attestations.ts";
import { insertAnswer } from "#db/store/claims.ts";
import { digest } from "#lib/digest/digest.ts";
import type { WantedAccess } from "#lib/domain/access.ts";
import { type QuestionAnswer, requestOf } from "#lib/domain/attestation.ts";
import { comparable } from "#lib/domain/attestation-evidence.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import type { Assertion } from "#lib/domain/signature.ts";
import { judgeAnswer } from "#lib/judgement/judge-answer.ts";
import { changeWithin } from "../requests/change.ts";
import { changeWanted } from "../requests/change-access.ts";
import type { ChangeInput } from "../requests/change-input.ts";
import type { ClaimContext } from "../run.ts";
import { runSigned, type ToSign } from "../signing.ts";

/** A question as its card was drawn: the round asked, and the evidence on it. */
export interface Card {
  readonly identity: string;
  readonly round: number;
  readonly shown: JsonObject;
}
export interface AnswerInput {
  /** Several only for *keep*, and only where their evidence is the same apart from names. */
  readonly cards: readonly [Card, ...Card[]];
  readonly answer: QuestionAnswer;
  readonly reason: string;
  /** Id of the request this raises, made by the card or form: a double click is one. */
  readonly request: string | null;
  /** New owner of a transfer, else null. */
  readonly to: string | null;
  /** What is left of its access, and the plan that was shown for it; only with *narrow*. */
  readonly narrowed?: { readonly wanted: WantedAccess; readonly planDigest: string } | undefined;
  /** The gesture of a transfer, where policy asks for one. */
  readonly assertion?: Assertion | undefined;
}
type Said = Outcome<{ readonly request: string | null }>;

/**
 * Answers the question of one identity, or of several alike. *Narrow*, *transfer* and *retire* ask for the change in the
 * same transaction, through the door every change has; a second click is the same answer.
 */
export const answer = (
  context: ClaimContext,
  input: AnswerInput,
): Promise<Outcome<{ readonly request: string | null } | ToSign>> =>
  runSigned(context, { action: `answer.${input.answer}`, id: input.cards[0].identity }, async (tx) => {
    const batch = input.cards.length === 1 ? null : context.newId();
    if (batch !== null && !mayTogether(input)) return differ;
    for (const card of input.cards) {
      const said = await answerOne(tx, context, { input, card, batch });
      if ("refusals" in said) return said;
    }
    return raise(tx, context, input);
  });

const differ = refuse({ code: "conflict", sentence: "Their evidence differs.", mend: "Answer them one by one." });

const mayTogether = ({ answer: said, cards }: AnswerInput): boolean =>
  said === "keep" && new Set(cards.map(({ shown }) => digest(comparable(shown)))).size === 1;

interface One {
  readonly input: AnswerInput;
  readonly card: Card;
  readonly batch: string | null;
}

async function answerOne(tx: Tx, { actor, newId }: ClaimContext, { input, card, batch }: One): Promise<Outcome<null>> {
  const identity = await readIdentityInSight(tx, actor, card.identity);
  const question = identity === null ? null : await readQuestion(tx, card.identity);
  if (identity === null || question === null)
    return refuse({ code: "not-found", sentence: "There is no such question." });
  const { answer: said, reason } = input;
  const given = { ...card, answer: said, reason, batch: null };
  const judged = await judgeAnswer(tx, { identity, question, person: actor.id, given });
  if ("refusals" in judged) return judged;
  await insertAnswer(tx, {
    ...{ id: newId(), identity: card.identity, round: card.round, person: actor.id, answer: said, reason, batch },
    ...{ evidence: judged.ok.gathered.digest, shown: card.shown },
    request: requestOf(said) === null ? null : input.request,
  });
  return ok(null);
}

/** The answers come first, so that a worker takes them before what they ask for changes the evidence. */
async function raise(tx: Tx, context: ClaimContext, input: AnswerInput): Promise<Said> {
  const { answer: said, cards, reason, request, to, assertion } = input;
  const kind = requestOf(said);
  if (kind === null) return ok({ request: null });
  if (request === null) return refuse({ code: "invalid", sentence: "The request it raises is missing." });
  const { identity } = cards[0];
  const about = { id: request, identity, kind, assertion };
  const change = kind === "retire" ? { reason } : { to: to ?? "" };
  const asked =
    kind === "change-access"
      ? await narrow(tx, context, { ...input, about: { ...about, kind } })
      : await changeWithin(tx, context, { ...about, change });
  return "refusals" in asked ? asked : ok({ request });
}

/** Less than it may do now, and nothing more: an answer never adds. */
async function narrow(
  tx: Tx,
  context: ClaimContext,
  { reason, narrowed, about }: AnswerInput & { readonly about: Pick<ChangeInput, "id" | "identity" | "kind"> },
) {
  if (narrowed === undefined) return refuse({ code: "invalid", sentence: "What it may still do is missing." });
  const { wanted, planDigest } = narrowed;
  const change = await changeWanted(tx, context, { identity: about.identity, reason, wanted });
  if ("refusals" in change) return change;
  return changeWithin(tx, context, { ...about, change: change.ok, planDigest, onlyLess: true });
}
