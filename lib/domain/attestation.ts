import type { Actor } from "./actor.ts";
import type { Backup, CredentialModel, Environment } from "./charter.ts";
import { later } from "./instant.ts";
import { type Behind, mayAskAbout } from "./ownership.ts";
import { type Outcome, ok, refuse } from "./refusal.ts";
import { whyNotPlain } from "./text.ts";

/** What may be said of an identity when its question is asked. */
export const questionAnswers = ["keep", "narrow", "transfer", "retire"] as const;
export type QuestionAnswer = (typeof questionAnswers)[number];

const requests = { keep: null, narrow: "change-access", transfer: "transfer", retire: "retire" } as const;
/** The kind of request an answer comes with; null for *keep*, which changes nothing. */
export const requestOf = (answer: QuestionAnswer) => requests[answer];

/** Where a question stands, in this order: not asked yet; asked of the owner; reminded; asked of the backup as well; overdue. */
export const stages = ["waiting", "asked", "reminded", "backup-asked", "overdue"] as const;
export type Stage = (typeof stages)[number];

/** In what standing somebody answers. */
export type Standing = "owner" | "backup";

/** How often owners answer and how long they have; policy data, in days. */
export interface AttestationFigures {
  readonly everyDays: (environment: Environment, credential: CredentialModel) => number;
  /** From this risk on, at least this often. */
  readonly privileged: { readonly riskFrom: number; readonly days: number };
  /** Days before it is due when the owner is asked, when they are reminded, and when the backup is asked as well. */
  readonly opensDaysBefore: number;
  readonly remindsDaysBefore: number;
  readonly backupDaysBefore: number;
}

/** What decides how often an identity is asked about. */
export interface Attested {
  readonly environment: Environment;
  readonly credential: CredentialModel;
  readonly risk: number;
}

/** One round of the question, from the answer before to this one's due date. */
export interface Round {
  readonly everyDays: number;
  readonly opensAt: Date;
  readonly remindsAt: Date;
  readonly backupAt: Date;
  readonly dueAt: Date;
}

/** Days between two answers about such an identity. */
export function daysBetween(figures: AttestationFigures, of: Attested): number {
  const usual = figures.everyDays(of.environment, of.credential);
  return of.risk >= figures.privileged.riskFrom ? Math.min(usual, figures.privileged.days) : usual;
}

/**
 * The round that begins `from` an answer, or from birth. Nobody is ever overdue without having been asked: it is due no sooner
 * than a whole asking time from now, which matters for identities that lived before anybody asked.
 */
export function roundFrom(from: Date, ask: { figures: AttestationFigures; of: Attested; now: Date }): Round {
  const { figures, of, now } = ask;
  const everyDays = daysBetween(figures, of);
  const due = [later(now, { days: figures.opensDaysBefore }), later(from, { days: everyDays })];
  const latest = Math.max(...due.map((at) => at.getTime()));
  return { everyDays, ...asked(new Date(latest), figures) };
}

/** The round that begins when the request an answer raised has ended without effect: asked at once. */
export const roundAgain = (now: Date, figures: AttestationFigures, everyDays: number): Round => ({
  everyDays,
  ...asked(later(now, { days: figures.opensDaysBefore }), figures),
});

function asked(dueAt: Date, figures: AttestationFigures): Omit<Round, "everyDays"> {
  const before = (days: number) => later(dueAt, { days: -days });
  return {
    opensAt: before(figures.opensDaysBefore),
    remindsAt: before(figures.remindsDaysBefore),
    backupAt: before(figures.backupDaysBefore),
    dueAt,
  };
}

/** Where a round stands at a time, and when it next moves; null once it is overdue. */
export function stageOf(
  round: Omit<Round, "everyDays">,
  now: Date,
): { readonly stage: Stage; readonly movesAt: Date | null } {
  const moves: readonly (readonly [Date, Stage])[] = [
    [round.opensAt, "asked"],
    [round.remindsAt, "reminded"],
    [round.backupAt, "backup-asked"],
    [round.dueAt, "overdue"],
  ];
  const next = moves.findIndex(([at]) => at.getTime() > now.getTime());
  const passed = next === -1 ? moves.length : next;
  return { stage: moves[passed - 1]?.[1] ?? "waiting", movesAt: moves[passed]?.[0] ?? null };
}

/** A question and who stands behind its identity; ids are canonical. */
export interface Question {
  readonly stage: Stage;
  readonly round: number;
  readonly owner: string;
  readonly ownerActive: boolean;
  readonly backup: Backup;
}

/** In what standing a person is asked now; null when they are not. The backup stands in at once where the owner has left. */
export function standingOf(
  question: Omit<Question, "round">,
  person: { readonly id: string; readonly teams: readonly string[] },
): Standing | null {
  if (question.stage === "waiting") return null;
  if (question.owner === person.id) return "owner";
  const { backup } = question;
  const backs = "person" in backup ? backup.person === person.id : person.teams.includes(backup.team);
  const asksBackup = question.stage === "backup-asked" || question.stage === "overdue" || !question.ownerActive;
  return backs && asksBackup ? "backup" : null;
}

/** A question that is asked before its time, of what lives and while it is not asked anyway. */
export function mayAskEarly(of: {
  readonly behind: Behind;
  readonly asker: Pick<Actor, "id" | "roles" | "teams">;
  /** Null where policy asks nobody. */
  readonly stage: Stage | null;
}): Outcome<null> {
  const may = mayAskAbout("transfer", of.behind, of.asker);
  if ("refusals" in may && may.refusals[0].code === "forbidden")
    return refuse({ code: "forbidden", sentence: "Only the owner, the backup or security may have its owner asked." });
  if ("refusals" in may)
    return refuse({ code: "conflict", sentence: `It is ${of.behind.state}; nothing is asked of it.` });
  if (of.stage === null) return refuse({ code: "conflict", sentence: "Policy asks no owner about it." });
  return of.stage === "waiting"
    ? ok(null)
    : refuse({ code: "conflict", sentence: "Its owner is asked already.", mend: "Wait for the answer." });
}

/** An answer as it is given. */
export interface Given {
  readonly round: number;
  readonly answer: QuestionAnswer;
  readonly reason: string;
  /** Whether the evidence says that it has not been used for as long as policy lets it lie idle. */
  readonly looksUnused: boolean;
}

/** Who is asked answers, once a round; *keep* of what looks unused has a reason. */
export function mayAnswer(
  question: Question,
  person: { readonly id: string; readonly active: boolean; readonly teams: readonly string[] },
  given: Given,
): Outcome<Standing> {
  if (given.round !== question.round || question.stage === "waiting")
    return refuse({ code: "conflict", sentence: "This question has been answered; it is not asked now." });
  const standing = standingOf(question, person);
  if (standing === null || !person.active)
    return refuse({ code: "forbidden", sentence: "Only the owner is asked, and the backup once the owner was late." });
  const why = whyNotReason(given);
  return why === null ? ok(standing) : refuse({ code: "invalid", field: "reason", ...why });
}

function whyNotReason({ answer, reason, looksUnused }: Given): { sentence: string; mend?: string } | null {
  const needed = answer === "keep" && looksUnused;
  if (reason.trim() === "")
    return needed ? { sentence: "It looks unused.", mend: "Say why it is still needed." } : null;
  const why = whyNotPlain(reason, { min: needed ? 10 : 1, max: 500 });
  return why === null ? null : { sentence: why };
}
