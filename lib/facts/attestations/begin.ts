import { readActiveBundle } from "#db/read/planning-facts.ts";
import { insertQuestion, lockQuestion, type NewQuestion, updateQuestion } from "#db/store/attestations.ts";
import { type IdentityRow, lockIdentity } from "#db/store/identities.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { type AttestationFigures, type Round, roundFrom, stageOf } from "#lib/domain/attestation.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import type { Command, Work } from "../run.ts";

/** What the bundle in force says of attesting; null where it asks for none, or none is in force. */
export async function attestationFigures(work: Work): Promise<AttestationFigures | null> {
  const bundle = await readActiveBundle(work.tx);
  return bundle === null ? null : figuresOf(bundle).attestation;
}

/** A round as its row has it at this time. */
export const columnsOf = ({ everyDays, ...times }: Round, now: Date) => ({
  everyDays,
  ...times,
  ...stageOf(times, now),
  stageAt: now,
});

/** Begins the first round of an identity whose row the caller has locked; [] where policy does not ask. Throws where one runs. */
export async function beginQuestion(work: Work, identity: IdentityRow): Promise<readonly Entry[]> {
  const figures = await attestationFigures(work);
  if (figures === null) return [];
  const of = { environment: identity.environment, credential: identity.credential, risk: identity.risk };
  const round = roundFrom(identity.liveAt ?? work.now, { figures, of, now: work.now });
  const version = await save(work, { identity: identity.id, ...columnsOf(round, work.now) });
  const detail = { everyDays: round.everyDays, dueAt: round.dueAt.toISOString() };
  return [{ noun: "question", id: identity.id, version, action: "question.planned", detail }];
}

/** A new row, or the one that rests since its identity ended and lives again. */
async function save(work: Work, row: NewQuestion): Promise<number> {
  if (await insertQuestion(work.tx, row)) return 1;
  const { identity, ...columns } = row;
  return updateQuestion(work.tx, identity, columns);
}

/** Plans the question of an identity that lives and has none, or whose question rests. */
export const planQuestion: Command<{ readonly identity: string }, null> = async (work, input) => {
  const identity = await lockIdentity(work.tx, input.identity);
  const question = await lockQuestion(work.tx, input.identity);
  const rests = question === null || (question.stage === "waiting" && question.movesAt === null);
  if (identity === null || !rests || (identity.state !== "live" && identity.state !== "suspended"))
    return refuse({ code: "conflict", sentence: "Its question is planned." });
  const [entry] = await beginQuestion(work, identity);
  if (entry === undefined) return refuse({ code: "conflict", sentence: "Policy asks no owner." });
  return { ok: await work.record(null, entry) };
};
