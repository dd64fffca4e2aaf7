import type { Tx } from "#db/client.ts";
import { readInstallation } from "#db/read/planning-facts.ts";
import { databaseClock } from "#db/store/audit.ts";
import { SpentChallenge } from "#db/store/claims.ts";
import { issueChallenge, readUsableKeys } from "#db/store/passkeys.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type Act, type Assertion, type Statement, statementOf } from "#lib/domain/signature.ts";
import { readGesture } from "#lib/judgement/signed.ts";
import { partyOf } from "#lib/signature/challenge.ts";
import { type SignOptions, signOptions } from "#lib/signature/options.ts";
import { noWorker } from "./refusals.ts";
import { type Attempt, type ClaimContext, runClaim } from "./run.ts";

/** What a claim answers that needs a gesture and came without one: nothing was written; it is sent again with it. */
export interface ToSign {
  readonly sign: {
    /** What the signature will say, in words. */
    readonly sentence: string;
    readonly statement: Statement;
    readonly options: SignOptions;
  };
}

/** An act that policy, or its own nature, has signed. */
export interface Wanted {
  readonly act: Act;
  readonly sentence: string;
  readonly assertion: Assertion | undefined;
}

/** Thrown to `runSigned` alone: the transaction is undone, and the challenge given outside it. */
class NeedsGesture extends Error {
  readonly wanted: Wanted;
  constructor(wanted: Wanted) {
    super("A gesture is needed.");
    this.wanted = wanted;
  }
}

const tooLate = refuse({
  code: "conflict",
  field: "passkey",
  sentence: "The passkey was used too late, or twice.",
  mend: "Use it again; what you typed is still here.",
});

/** Runs a claim as `runClaim` does. One that needs a gesture and has none writes nothing and answers what is to be signed. */
export async function runSigned<T>(
  context: ClaimContext,
  attempt: Attempt,
  claim: (tx: Tx) => Promise<Outcome<T>>,
): Promise<Outcome<T | ToSign>> {
  try {
    return await runClaim(context, attempt, claim);
  } catch (error) {
    if (error instanceof NeedsGesture) return toSign(context, error.wanted);
    if (error instanceof SpentChallenge) return tooLate;
    throw error;
  }
}

async function toSign({ db, actor }: ClaimContext, { act, sentence }: Wanted): Promise<Outcome<ToSign>> {
  const installation = await readInstallation(db);
  if (installation === null) return noWorker;
  const keys = await readUsableKeys(db, { person: actor.id, now: await databaseClock(db) });
  if (keys.length === 0) return noKey;
  const challengeId = await issueChallenge(db);
  const statement = statementOf(act, { installation: installation.installation, person: actor.id, challengeId });
  const options = await signOptions(statement, { party: partyOf(installation.portal), keys });
  return ok({ sign: { sentence, statement, options } });
}

/** Said to who would have to sign and cannot. */
const noKey = refuse({
  code: "conflict",
  field: "passkey",
  sentence: "This is signed with a passkey, and you have none that can be used yet.",
  mend: "Enrol one under Settings, or leave it to somebody who has one.",
});

/** Said of one among several that would have to be signed: a gesture is made for one thing, having read it. */
export const signedAlone = refuse({
  code: "conflict",
  field: "passkey",
  sentence: "This one is signed with a passkey, so it does not go with others.",
  mend: "Send it by itself.",
});

/** What became of one among several, none of which is signed together with others. */
export function amongSeveral<T extends { readonly id: string }>(done: Outcome<T | ToSign>): Outcome<T> {
  if ("refusals" in done) return done;
  return "sign" in done.ok ? signedAlone : ok(done.ok);
}

/**
 * The gesture of an act, verified as the worker will. Without one the claim ends here, undone, and `runSigned` answers what is to
 * be signed. Refuses a gesture that does not count.
 */
export async function gestureFor(tx: Tx, { actor }: ClaimContext, wanted: Wanted): Promise<Outcome<Assertion>> {
  const { act, assertion } = wanted;
  if (assertion === undefined) throw new NeedsGesture(wanted);
  const installation = await readInstallation(tx);
  if (installation === null) return noWorker;
  const signed = { act, person: actor.id, assertion };
  const gesture = await readGesture({ tx, now: await databaseClock(tx) }, installation, signed);
  return "why" in gesture
    ? refuse({ code: "forbidden", field: "passkey", sentence: gesture.why, mend: "Use one of your passkeys again." })
    : ok(assertion);
}
