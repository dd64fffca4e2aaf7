import type { JWTVerifyGetKey } from "jose";
import { dropAnswered, type InboxRow, lockInbox, readInbox, settleInbox } from "#db/store/inbox.ts";
import { readIdToken } from "#db/store/people.ts";
import { readAsk } from "#db/store/requests.ts";
import type { Noun } from "#lib/audit/entry.ts";
import type { Outcome } from "#lib/domain/refusal.ts";
import { takeAcceptance } from "#lib/facts/acceptances/take.ts";
import { type Answer, NotYet } from "#lib/facts/answer.ts";
import { takeAsk } from "#lib/facts/asks/take.ts";
import { takeAnswer } from "#lib/facts/attestations/take.ts";
import { takeComment } from "#lib/facts/comments/take.ts";
import { receiveVersion } from "#lib/facts/requests/receive.ts";
import { type Envelope, type FactContext, type Result, runWithin, system, type Work } from "#lib/facts/run.ts";
import { readToken, tokenHash } from "#lib/facts/sign-ins/token.ts";
import { verifySignIn } from "#lib/facts/sign-ins/verify.ts";
import { takeVerdict } from "#lib/facts/verdicts/take.ts";
import type { Worker } from "./worker.ts";

export interface Inbox {
  /** Takes every claim that is there; the number it took. */
  drain(): Promise<number>;
}

export interface InboxOptions extends Worker {
  readonly keys: JWTVerifyGetKey;
  /** An ask that was granted: retry a step, check a target. Done outside the claim's transaction. */
  granted(ask: { readonly kind: "retry" | "check"; readonly subject: string }): Promise<void>;
}

const batch = 50;
/** How long a claim that could not be taken is left alone: one that waits for another, and one that met a fault. */
const waitMs = { notYet: 100, fault: 5_000 };

/** Takes claims in the order of their arrival. One that meets a fault is put off, and the others go on. */
export function createInbox(options: InboxOptions): Inbox {
  const putOff = new Map<number, number>();
  return {
    async drain() {
      let done = 0;
      for (;;) {
        const now = performance.now();
        for (const [seq, until] of putOff) if (until <= now) putOff.delete(seq);
        const rows = await readInbox(options.db, batch, [...putOff.keys()]);
        for (const row of rows) {
          const wait = await takeOne(options, row);
          if (wait === null) done += 1;
          else putOff.set(row.seq, performance.now() + wait);
        }
        if (rows.length < batch) return done;
      }
    },
  };
}

/** Null when it is answered, else how long to leave it alone, in ms. */
async function takeOne(options: InboxOptions, row: InboxRow): Promise<number | null> {
  try {
    const command = await commandFor(options, row);
    const outcome = await runWithin(contextFor(options, row), envelope(row), command);
    if (outcome === null) await dropAnswered(options.db, row);
    else if ("ok" in outcome) await afterwards(options, row, outcome.ok);
    options.changed();
    return null;
  } catch (error) {
    if (error instanceof NotYet) return waitMs.notYet;
    options.log.fault(`inbox.${row.claim}`, error);
    return waitMs.fault;
  }
}

const subjectNoun: { readonly [C in InboxRow["claim"]]: Noun } = {
  sign_ins: "sign-in",
  requests: "request",
  request_versions: "request-version",
  verdicts: "verdict",
  acceptances: "acceptance",
  comments: "comment",
  asks: "ask",
  answers: "answer",
};

const contextFor = ({ db, newId }: InboxOptions, row: InboxRow): FactContext => ({
  db,
  newId,
  actor: row.claim === "sign_ins" ? { ...system, evidence: "id_token" } : system,
  subject: { noun: subjectNoun[row.claim], id: row.subject },
});

async function commandFor(
  options: InboxOptions,
  { claim, subject }: InboxRow,
): Promise<(work: Work) => Result<Answer>> {
  switch (claim) {
    case "sign_ins":
      return signIn(options, subject);
    case "requests":
    case "request_versions": {
      const [request = "", version = "1"] = subject.split("/");
      const { installation } = options;
      return (work) => receiveVersion(work, { request, version: Number(version), installation });
    }
    case "verdicts":
      return (work) => takeVerdict(work, { verdict: subject, installation: options.installation });
    case "acceptances":
      return (work) => takeAcceptance(work, { acceptance: subject, installation: options.installation });
    case "comments":
      return (work) => takeComment(work, { comment: subject });
    case "asks":
      return (work) => takeAsk(work, { ask: subject, installation: options.installation });
    case "answers": {
      const { checkpointKey: key, installation } = options;
      return (work) => takeAnswer(work, { answer: subject, installation: installation.installation, key });
    }
  }
}

/** The token is verified before the transaction begins: fetching the issuer's keys must not hold a lock. */
async function signIn(options: InboxOptions, id: string): Promise<(work: Work) => Result<Answer>> {
  const idToken = (await readIdToken(options.db, id)) ?? "";
  const { signIn: rules } = options.config;
  const token = await readToken(idToken, rules, { keys: options.keys, now: options.now() });
  const input = { signIn: id, tokenHash: tokenHash(idToken), token, groups: rules.roles };
  return (work) => verifySignIn(work, input);
}

function envelope(row: InboxRow): Envelope {
  const { seq, claim, subject } = row;
  const result = (outcome: Outcome<unknown>): Answer =>
    "refusals" in outcome ? { result: "refused", refusals: outcome.refusals } : answerOf(outcome.ok);
  return {
    take: (tx) => lockInbox(tx, row),
    settle: (tx, outcome, at) => {
      const answer = result(outcome);
      const refusals = answer.result === "taken" ? [] : answer.refusals;
      return settleInbox(tx, seq, { claim, subject, result: answer.result, refusals, at });
    },
  };
}

const isAnswer = (value: unknown): value is Answer => typeof value === "object" && value !== null && "result" in value;
const answerOf = (value: unknown): Answer => (isAnswer(value) ? value : { result: "taken" });

async function afterwards(options: InboxOptions, row: InboxRow, answer: Answer): Promise<void> {
  if (row.claim !== "asks" || answer.result !== "taken") return;
  const ask = await readAsk(options.db, row.subject);
  if (ask?.kind === "retry" || ask?.kind === "check") await options.granted({ kind: ask.kind, subject: ask.subject });
}
