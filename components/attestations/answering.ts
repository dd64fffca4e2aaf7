import type { WantedAccess } from "#lib/domain/access.ts";
import type { QuestionAnswer } from "#lib/domain/attestation.ts";
import type { Evidence } from "#lib/domain/attestation-evidence.ts";
import type { Answer } from "#lib/web/action.ts";
import type { QuestionCard } from "#lib/web/attestation-page.ts";

export interface Choice {
  readonly id: string;
  readonly name: string;
}

interface Shown {
  readonly identity: string;
  readonly round: number;
  readonly shown: Evidence;
}
/** The action that records an answer; several cards only for *keep*. */
export type AnswerAction = (input: {
  cards: [Shown, ...Shown[]];
  answer: QuestionAnswer;
  reason: string;
  request: string | null;
  to: string | null;
  narrowed?: { wanted: WantedAccess; planDigest: string };
}) => Promise<Answer<unknown>>;

/** What a dialog adds to an answer. */
export interface Said {
  readonly cards?: readonly QuestionCard[];
  readonly reason?: string;
  readonly request?: string | null;
  readonly to?: string | null;
}

/** What every dialog of an answer is drawn from. */
export interface AnswerDialogProps {
  readonly card: QuestionCard;
  readonly pending: boolean;
  readonly trouble: string | null;
  readonly close: () => void;
  readonly send: (said: Said) => void;
}
