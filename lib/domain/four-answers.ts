import type { Charter } from "./charter.ts";
import type { IdentityState } from "./identity.ts";
import type { Reach } from "./reach.ts";
import { whyNotPurpose } from "./validate-charter.ts";

/** What the four questions are answered from; instants are dates, `now` is the database's clock. */
export interface AnswerFacts {
  readonly charter: Charter;
  readonly state: IdentityState;
  readonly owner: { readonly name: string; readonly active: boolean; readonly acceptedAt: Date | null };
  readonly endsIt: { readonly name: string; readonly active: boolean };
  readonly service: { readonly name: string; readonly decommissioned: boolean };
  readonly reach: Reach;
  /** Last time its objects were read back, and how they differed. */
  readonly observedAt: Date | null;
  readonly differences: readonly string[];
  readonly endsAt: Date;
  readonly now: Date;
}

/** One answer: good, with the fact that shows it; or not, with what is wrong. Screens add dates in their own form. */
export interface FourAnswer {
  readonly question: "who" | "why" | "reach" | "end";
  readonly good: boolean;
  readonly answer: string;
  readonly evidence: string;
  /** When the evidence was made; null when there is none. */
  readonly since: Date | null;
}

/** Reach counts as known for this long after it was last read back. */
const observedHours = 48;

/** Who owns it, why it exists, what it can reach, when it ends: in this order, each with its evidence. */
export const fourAnswers = (facts: AnswerFacts): readonly FourAnswer[] => [
  who(facts),
  why(facts),
  what(facts),
  when(facts),
];

/** True when all four are good: the identity counts for the headline number. */
export const hasFourAnswers = (facts: AnswerFacts): boolean => fourAnswers(facts).every((one) => one.good);

function who({ owner }: AnswerFacts): FourAnswer {
  const evidence = owner.acceptedAt === null ? "never accepted" : owner.active ? "accepted" : "no longer active";
  return {
    question: "who",
    good: owner.active && owner.acceptedAt !== null,
    answer: owner.name,
    evidence,
    since: owner.acceptedAt,
  };
}

function why({ charter, service }: AnswerFacts): FourAnswer {
  const plain = whyNotPurpose(charter.purpose).length === 0;
  const evidence = service.decommissioned
    ? `${service.name} is decommissioned`
    : plain
      ? `for ${service.name}`
      : "the purpose says too little";
  return { question: "why", good: plain && !service.decommissioned, answer: charter.purpose, evidence, since: null };
}

function what({ reach, observedAt, differences, now }: AnswerFacts): FourAnswer {
  const fresh = observedAt !== null && now.getTime() - observedAt.getTime() <= observedHours * 3_600_000;
  const evidence =
    observedAt === null
      ? "never read back"
      : differences.length > 0
        ? `read back, ${differences.length} differences`
        : fresh
          ? "read back as planned"
          : "not read back lately";
  return {
    question: "reach",
    good: fresh && differences.length === 0,
    answer: reach.phrase,
    evidence,
    since: observedAt,
  };
}

function when({ endsAt, endsIt, now, state }: AnswerFacts): FourAnswer {
  const passed = endsAt.getTime() <= now.getTime();
  const running = state === "live" || state === "suspended" || state === "provisioning";
  const evidence =
    passed && running
      ? "the end has passed"
      : endsIt.active
        ? `ended by ${endsIt.name}`
        : `${endsIt.name} is no longer active`;
  return {
    question: "end",
    good: endsIt.active && !(passed && running),
    answer: endsAt.toISOString(),
    evidence,
    since: null,
  };
}
