import type { Role } from "./actor.ts";
import type { Stage } from "./decision.ts";
import { type Outcome, ok, refuse } from "./refusal.ts";

/** A role counts for a verdict for this long after an id_token proved it. */
export const roleHours = 12;

/** A login that could decide: its canonical person and what the worker verified of it. */
export interface Approver {
  /** The login that spoke. */
  readonly login: string;
  /** The person it counts as; two linked logins share it. */
  readonly person: string;
  readonly active: boolean;
  readonly roles: readonly { readonly role: Role; readonly held: boolean; readonly verifiedAt: Date }[];
  /** The person in whose name it speaks, when it speaks as a delegate. */
  readonly delegateOf?: string;
}

export interface Verdict {
  readonly by: Approver;
  readonly stage: number;
  readonly verdict: "approve" | "deny";
  readonly version: number;
  readonly planDigest: string;
  /** By the database's clock. */
  readonly receivedAt: Date;
  /** Why it lacks the gesture that the decision asks for; null when it has it, or none is asked. */
  readonly unsigned: string | null;
}

export interface ApprovalAsk {
  readonly stages: readonly Stage[];
  readonly verdicts: readonly Verdict[];
  readonly version: number;
  readonly planDigest: string;
  /** Canonical ids of everyone who asked: the requester, and whoever submitted this version. */
  readonly askers: readonly string[];
  /** Canonical id of who owns it, or would. */
  readonly owner: string;
  readonly deadline: Date;
  readonly now: Date;
}

export interface StageStatus {
  readonly role: string;
  readonly count: number;
  /** Canonical persons whose approval counts. */
  readonly approvedBy: readonly string[];
  readonly complete: boolean;
}

export interface Approval {
  readonly state: "waiting" | "approved" | "denied" | "expired";
  readonly stages: readonly StageStatus[];
  /** Every verdict with the sentence why it does not count; null when it does. */
  readonly counted: readonly { readonly verdict: Verdict; readonly why: string | null }[];
}

/**
 * Where an approval stands. A verdict counts when it speaks of this version and plan, came before the deadline, and its
 * person is active, holds the stage's role now, proved at most 12 h before the verdict, and is neither among the askers nor the
 * owner; where the decision asks for a passkey it
 * carries a gesture over exactly itself. A delegate counts as the person they speak for, and may not be one of these themselves. Each person counts once a request: nobody
 * fills two places. A counted denial settles at once; then missing approvals at the deadline expire it.
 */
export function approvalOf(ask: ApprovalAsk): Approval {
  const ordered = ask.verdicts.toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime());
  const used = new Set<string>();
  const counted = ordered.map((verdict) => {
    const why =
      whyNotCounted(verdict, ask) ??
      (peopleIn(verdict.by).some((id) => used.has(id)) ? "This person has already decided." : null);
    if (why === null) for (const id of peopleIn(verdict.by)) used.add(id);
    return { verdict, why };
  });
  const good = counted.filter((one) => one.why === null).map((one) => one.verdict);
  const stages = ask.stages.map((stage, index) =>
    statusOf(
      stage,
      good.filter((one) => one.stage === index && one.verdict === "approve"),
    ),
  );
  return { state: stateOf(good, stages, ask), stages, counted };
}

/** A delegation counts as the delegator's. */
const personOf = (by: Approver): string => by.delegateOf ?? by.person;

/** Whom one verdict uses up: the delegate too, so that nobody fills two places in two names. */
const peopleIn = (by: Approver): readonly string[] => [by.person, personOf(by)];

function statusOf(stage: Stage, approvals: readonly Verdict[]): StageStatus {
  const approvedBy = approvals.map((one) => personOf(one.by));
  return { role: stage.role, count: stage.count, approvedBy, complete: approvedBy.length >= stage.count };
}

function stateOf(good: readonly Verdict[], stages: readonly StageStatus[], ask: ApprovalAsk): Approval["state"] {
  if (good.some((one) => one.verdict === "deny")) return "denied";
  if (stages.every((stage) => stage.complete)) return "approved";
  return ask.now.getTime() >= ask.deadline.getTime() ? "expired" : "waiting";
}

function whyNotCounted(verdict: Verdict, ask: ApprovalAsk): string | null {
  const stage = ask.stages[verdict.stage];
  if (verdict.version !== ask.version || verdict.planDigest !== ask.planDigest) return "It speaks of another version.";
  if (stage === undefined) return "Nobody asked for this stage.";
  if (verdict.receivedAt.getTime() >= ask.deadline.getTime()) return "It came after the deadline.";
  if (verdict.unsigned !== null) return verdict.unsigned;
  return whyNotApprover(verdict.by, stage.role, { ...ask, at: verdict.receivedAt });
}

/** Why this login may not decide, whatever its verdict; null when it may. */
function whyNotApprover(
  by: Approver,
  role: string,
  { askers, owner, at }: Pick<ApprovalAsk, "askers" | "owner"> & { readonly at: Date },
): string | null {
  if (askers.includes(by.person)) return "Nobody approves what they asked for.";
  if (by.delegateOf !== undefined && askers.includes(by.delegateOf))
    return "Nobody approves through a delegate what they asked for.";
  if (peopleIn(by).includes(owner)) return "Nobody approves what they own or would own.";
  if (!by.active) return "This person is no longer active.";
  const held = by.roles.find((one) => one.role === role && one.held);
  if (held === undefined) return `This person does not hold the role ${role}.`;
  const age = at.getTime() - held.verifiedAt.getTime();
  return age <= roleHours * 3_600_000
    ? null
    : `The role ${role} was verified more than ${roleHours} hours ago; sign in again.`;
}

/**
 * Whether a login may decide now on one stage, for the button and for the claim; the same rules as counting, and one
 * verdict a person.
 */
export function mayDecide(by: Approver, stage: number, ask: ApprovalAsk): Outcome<null> {
  const wanted = ask.stages[stage];
  if (wanted === undefined) return refuse({ code: "not-found", sentence: "Nobody asked for this stage." });
  const why = whyNotApprover(by, wanted.role, { ...ask, at: ask.now });
  if (why !== null) return refuse({ code: "forbidden", sentence: why });
  const { state, counted } = approvalOf(ask);
  if (state !== "waiting") return refuse({ code: "conflict", sentence: `It is ${state}; there is nothing to decide.` });
  const before = counted.some(
    (one) => one.why === null && peopleIn(one.verdict.by).some((id) => peopleIn(by).includes(id)),
  );
  return before ? refuse({ code: "conflict", sentence: "You have already decided." }) : ok(null);
}
