import type { Tx } from "#db/client.ts";
import { readInstallation } from "#db/read/planning-facts.ts";
import { databaseClock } from "#db/store/audit.ts";
import { insertAsk, SpentChallenge } from "#db/store/claims.ts";
import { issueChallenge, readUsableKeys } from "#db/store/passkeys.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { type Registration, type Statement, statementOf } from "#lib/domain/signature.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import { openInvitation } from "#lib/judgement/invitation.ts";
import { partyOf } from "#lib/signature/challenge.ts";
import { type EnrolOptions, enrolOptions } from "#lib/signature/options.ts";
import { verifyRegistration } from "#lib/signature/verify.ts";
import { noWorker } from "../refusals.ts";
import { type ClaimContext, runClaim } from "../run.ts";

export interface EnrolInput {
  /** What the person calls the key. */
  readonly name: string;
  /** The one-time code of the worker's host; empty for who was invited by two of security. */
  readonly code: string;
  /** The new key once the browser has made it. */
  readonly registration?: Registration | undefined;
}
/** What the browser is to make a key for. Nothing was written. */
export interface ToMake {
  readonly make: { readonly statement: Statement; readonly options: EnrolOptions };
}

const again = { field: "passkey", mend: "Make it again." } as const;

/**
 * Begins to enrol a key on an invitation of one's own; sent again with the key that the browser made, hands it in. Refuses at its
 * code what is no open invitation.
 */
export async function enrol(context: ClaimContext, input: EnrolInput): Promise<Outcome<null | ToMake>> {
  const { actor } = context;
  try {
    return await runClaim<null | ToMake>(context, { action: "passkey.enrol", id: actor.id }, async (tx) => {
      const installation = await readInstallation(tx);
      if (installation === null) return noWorker;
      const code = input.registration?.code ?? input.code;
      const invited = await openInvitation({ tx, now: await databaseClock(tx) }, { person: actor.id, code });
      if ("refusals" in invited) return invited;
      if (input.name.trim() === "")
        return refuse({ code: "invalid", field: "name", sentence: "Give it a name, such as the device it lies on." });
      const { registration, name } = input;
      if (registration === undefined) return toMake(tx, context, installation);
      return handIn(tx, context, { installation, registration, name: name.trim().slice(0, 60) });
    });
  } catch (error) {
    if (error instanceof SpentChallenge) return refuse({ code: "conflict", sentence: "It took too long.", ...again });
    throw error;
  }
}

const by = (installation: Installation, person: string, challengeId: string) =>
  statementOf({ kind: "enrolment" }, { installation: installation.installation, person, challengeId });

async function toMake(tx: Tx, { actor }: ClaimContext, installation: Installation): Promise<Outcome<ToMake>> {
  const statement = by(installation, actor.id, await issueChallenge(tx));
  const keys = await readUsableKeys(tx, { person: actor.id, now: await databaseClock(tx) });
  const party = partyOf(installation.portal);
  return ok({ make: { statement, options: await enrolOptions(statement, { party, keys, name: actor.name }) } });
}

interface Made {
  readonly installation: Installation;
  readonly registration: Registration;
  readonly name: string;
}

async function handIn(tx: Tx, { actor, newId }: ClaimContext, of: Made): Promise<Outcome<null>> {
  const { installation, registration, name } = of;
  const statement = by(installation, actor.id, registration.challengeId);
  const made = await verifyRegistration(statement, registration, partyOf(installation.portal));
  if ("why" in made) return refuse({ code: "forbidden", sentence: made.why, ...again });
  const ask = { id: newId(), kind: "enrol-key", subject: actor.id, person: actor.id } as const;
  await insertAsk(tx, { ...ask, detail: { name }, assertion: registration });
  return ok(null);
}
