import type { Tx } from "#db/client.ts";
import { readBatch } from "#db/store/attestations.ts";
import type { IdentityRow } from "#db/store/identities.ts";
import { readKnownPeople } from "#db/store/people.ts";
import { digest } from "#lib/digest/digest.ts";
import { mayAnswer, type QuestionAnswer, type Stage, type Standing } from "#lib/domain/attestation.ts";
import { changesBetween, comparable } from "#lib/domain/attestation-evidence.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type Gathered, gatherEvidence } from "./gather-evidence.ts";

export interface Answering {
  readonly identity: IdentityRow;
  readonly question: { readonly stage: Stage; readonly round: number };
  /** Login or person who answers. */
  readonly person: string;
  readonly given: {
    readonly round: number;
    readonly answer: QuestionAnswer;
    readonly reason: string;
    /** The evidence as it was on the card. */
    readonly shown: JsonObject;
    /** Of answers given in one gesture, else null. */
    readonly batch: string | null;
  };
}
export interface Judged {
  readonly standing: Standing;
  readonly person: string;
  readonly gathered: Gathered;
}

/**
 * Whether an answer counts as the database stands: asked of this person now, given for exactly the evidence there is, and in
 * one gesture only with answers whose evidence is the same. The web judges so that people know at once; the worker's word counts.
 */
export async function judgeAnswer(tx: Tx, { identity, question, person, given }: Answering): Promise<Outcome<Judged>> {
  if (identity.state !== "live" && identity.state !== "suspended")
    return refuse({ code: "conflict", sentence: `It is ${identity.state}; nothing is asked of it.` });
  const known = await readKnownPeople(tx, [person, identity.owner]);
  const gathered = (await gatherEvidence(tx, [identity.id])).get(identity.id);
  const who = known.get(person);
  if (gathered === undefined || who === undefined)
    return refuse({ code: "not-found", sentence: "There is no such question." });
  const { backup } = identity.charter;
  const ownerActive = known.get(identity.owner)?.active ?? false;
  const standing = mayAnswer(
    { ...question, owner: identity.owner, ownerActive, backup },
    { id: who.person, active: who.active, teams: who.teams },
    { ...given, looksUnused: gathered.evidence.use.looksUnused },
  );
  if ("refusals" in standing) return standing;
  const changed = changesBetween(given.shown, gathered.evidence);
  if (digest(given.shown) !== gathered.digest) return refuse(changedSinceLooked(changed));
  const alike = given.batch === null ? [] : await readBatch(tx, given.batch);
  if (alike.some(({ shown }) => digest(comparable(shown)) !== gathered.sameness))
    return refuse({ code: "conflict", sentence: "Their evidence differs.", mend: "Answer them one by one." });
  return ok({ standing: standing.ok, person: who.person, gathered });
}

const changedSinceLooked = (changed: readonly string[]) =>
  ({
    code: "conflict",
    sentence: `This changed since you looked: ${changed.length === 0 ? "its evidence" : changed.join(", ")}.`,
    mend: "Look at the card again and answer.",
  }) as const;
