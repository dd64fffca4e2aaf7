import { readKey, tookChallenge, updatePasskey } from "#db/store/passkeys.ts";
import { readKnownPeople } from "#db/store/people.ts";
import type { AskRow } from "#db/store/requests.ts";
import { digest } from "#lib/digest/digest.ts";
import { later } from "#lib/domain/instant.ts";
import { ok, refuse } from "#lib/domain/refusal.ts";
import { isRegistration, keyWaitHours, type Registration, statementOf } from "#lib/domain/signature.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import { openInvitation } from "#lib/judgement/invitation.ts";
import { partyOf } from "#lib/signature/challenge.ts";
import { verifyRegistration } from "#lib/signature/verify.ts";
import { taken } from "../answer.ts";
import type { Work } from "../run.ts";

/**
 * Takes a new key on an open invitation of its person: by the host's one-time code, which is spent, or on one that two of security
 * signed. The first kind is usable at once, the second after a day or a second signature.
 */
export async function enrolKey(work: Work, ask: AskRow, installation: Installation) {
  const person = (await readKnownPeople(work.tx, [ask.person])).get(ask.person);
  if (person === undefined || !person.active || !isRegistration(ask.assertion))
    return refuse({ code: "forbidden", sentence: "Only an active person enrols a passkey." });
  const registration = ask.assertion;
  const invited = await openInvitation(work, { person: person.person, code: registration.code });
  if ("refusals" in invited) return invited;
  const made = await madeNow(work, installation, { ask, registration, person: person.person });
  if ("refusals" in made) return made;
  const usableFrom = invited.ok.codeHash === null ? later(work.now, { hours: keyWaitHours }) : work.now;
  const name = nameOf(ask);
  const key = { ...made.ok, name, transports: registration.transports.slice(0, 8), enrolledAt: work.now, usableFrom };
  const version = await updatePasskey(work.tx, invited.ok.id, key);
  const detail = {
    ...{ person: person.person, name, credential: made.ok.credentialId, usableFrom: usableFrom.toISOString() },
    publicKey: digest(made.ok.publicKey),
  };
  return {
    ok: await work.record(taken, {
      ...({ noun: "passkey", id: invited.ok.id, version, action: "passkey.enrolled", detail } as const),
    }),
  };
}

const nameOf = ({ detail }: AskRow): string =>
  (typeof detail.name === "string" ? detail.name.trim().slice(0, 60) : "") || "Passkey";

interface Making {
  readonly ask: AskRow;
  readonly registration: Registration;
  readonly person: string;
}

async function madeNow(work: Work, { installation, portal }: Installation, { ask, registration, person }: Making) {
  const { challengeId } = registration;
  const statement = statementOf({ kind: "enrolment" }, { installation, person, challengeId });
  const made = await verifyRegistration(statement, registration, partyOf(portal));
  if ("why" in made) return refuse({ code: "forbidden", field: "passkey", sentence: made.why, mend: "Make it again." });
  if (!(await tookChallenge(work.tx, challengeId, `asks/${ask.id}`)))
    return refuse({ code: "forbidden", field: "passkey", sentence: "It took too long.", mend: "Make it again." });
  if ((await readKey(work.tx, made.credentialId)) !== null)
    return refuse({ code: "conflict", field: "passkey", sentence: "This passkey is enrolled already." });
  return ok(made);
}
