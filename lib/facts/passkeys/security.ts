import { readKnownPeople, rolesHeld } from "#db/store/people.ts";
import type { AskRow } from "#db/store/requests.ts";
import { type Outcome, refuse } from "#lib/domain/refusal.ts";
import { type Act, type Assertion, isAssertion } from "#lib/domain/signature.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import type { Work } from "../run.ts";
import { takeGesture, type Used } from "./use.ts";

export interface SignedAsk {
  readonly ask: AskRow;
  readonly act: Act;
}

/** The gesture of an ask; null for what is none. */
export const gestureOf = ({ assertion }: AskRow): Assertion | null => (isAssertion(assertion) ? assertion : null);

/** Uses the key of whoever asks, who must hold security, proved at most 12 hours ago. */
export async function signedBySecurity(
  work: Work,
  installation: Installation,
  { ask, act }: SignedAsk,
): Promise<Outcome<Used>> {
  const person = (await readKnownPeople(work.tx, [ask.person])).get(ask.person);
  if (person === undefined || !person.active || !rolesHeld(person, work.now).includes("security"))
    return refuse({ code: "forbidden", sentence: "Only security signs this." });
  return takeGesture(work, installation, {
    claim: `asks/${ask.id}`,
    act,
    person: ask.person,
    assertion: gestureOf(ask),
  });
}
