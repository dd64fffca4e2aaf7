import type { Charter } from "./charter.ts";
import type { IdentityState } from "./identity.ts";
import { whyNotPurpose } from "./validate-charter.ts";

/** What the four questions are answered from; instants are dates, `now` is the database's clock. */
export interface AnswerFacts {
  readonly charter: Charter;
  readonly state: IdentityState;
  readonly owner: { readonly name: string; readonly active: boolean; readonly acceptedAt: Date | null };
  readonly endsIt: { readonly name: string; readonly active: boolean };
  readonly service: { readonly name: string; readonly decommissioned: boolean };
  /** Last time its objects were read back, and how they differed. */
  readonly observedAt: Date | null;
  readonly differences: readonly string[];
  readonly endsAt: Date;
  readonly now: Date;
}

/** What shows that one question has a good answer, or what is wrong with it. Screens add the answer and dates in their own form. */
export interface FourAnswer {
  readonly good: boolean;
  /** A sentence without its full stop: "accepted", "read back as planned". */
  readonly evidence: string;
  /** When the evidence was made; null when there is none. */
  readonly since: Date | null;
}

/** Reach counts as known for this long after it was last read back. */
export const observedHours = 48;

export interface FourAnswers {
  readonly who: FourAnswer;
  readonly why: FourAnswer;
  readonly reach: FourAnswer;
  readonly end: FourAnswer;
}

/** Who owns it, why it exists, what it can reach, when it ends: each with its evidence. */
export const fourAnswers = (facts: AnswerFacts): FourAnswers => ({
  who: who(facts),
  why: why(facts),
  reach: what(facts),
  end: when(facts),
});

function who({ owner }: AnswerFacts): FourAnswer {
  if (owner.acceptedAt === null) return { good: false, evidence: "never accepted", since: null };
  return owner.active
    ? { good: true, evidence: "accepted", since: owner.acceptedAt }
    : { good: false, evidence: "no longer active", since: null };
}

function why({ charter, service }: AnswerFacts): FourAnswer {
  const plain = whyNotPurpose(charter.purpose).length === 0;
  const evidence = service.decommissioned
    ? `${service.name} is decommissioned`
    : plain
      ? `for ${service.name}`
      : "the purpose says too little";
  return { good: plain && !service.decommissioned, evidence, since: null };
}

function what({ observedAt, differences, now }: AnswerFacts): FourAnswer {
  const fresh = observedAt !== null && now.getTime() - observedAt.getTime() <= observedHours * 3_600_000;
  const evidence =
    observedAt === null
      ? "never read back"
      : differences.length > 0
        ? `read back, it differs in ${differences.length === 1 ? "one place" : `${differences.length} places`}`
        : fresh
          ? "read back as planned"
          : "not read back lately";
  return { good: fresh && differences.length === 0, evidence, since: observedAt };
}

function when({ endsAt, endsIt, now, state }: AnswerFacts): FourAnswer {
  const passed = endsAt.getTime() <= now.getTime();
  const running = state === "live" || state === "suspended" || state === "provisioning";
  const evidence =
    passed && running
      ? "the end has passed"
      : endsIt.active
        ? `${endsIt.name} answers for its end`
        : `${endsIt.name} is no longer active`;
  return { good: endsIt.active && !(passed && running), evidence, since: null };
}
