import { readIdentity } from "#db/store/identities.ts";
import { type IntentRow, lockOpenIntents, readSteps } from "#db/store/intents.ts";
import { readKnownPeople, rolesHeld } from "#db/store/people.ts";
import { readyStep } from "#db/store/steps.ts";
import { mayEndOverlap } from "#lib/domain/ownership.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { type Answer, taken } from "../answer.ts";
import type { Command, Work } from "../run.ts";
import { phaseIn } from "./supersede.ts";

interface Asked {
  readonly ask: string;
  readonly identity: string;
  readonly person: string;
}

/** Ends the overlap of a rotation now: its older credential is disabled and removed at once. Refused where none is kept. */
export const endOverlap: Command<Asked, Answer> = async (work, input) => {
  const identity = await readIdentity(work.tx, input.identity);
  const person = (await readKnownPeople(work.tx, [input.person])).get(input.person);
  if (identity === null || person === undefined)
    return refuse({ code: "not-found", sentence: "There is no such identity." });
  const rotation = await overlapping(work, identity.id);
  const { owner, charter, endsIt, state } = identity;
  const may = mayEndOverlap({
    ...{ behind: { owner, backup: charter.backup, endsIt, state }, kept: rotation !== null },
    asker: { id: person.person, roles: person.active ? rolesHeld(person, work.now) : [], teams: person.teams },
  });
  if ("refusals" in may) return may;
  const steps = rotation === null ? [] : await readSteps(work.tx, rotation.id);
  const next = steps.find((step) => step.state === "ready");
  if (rotation === null || next === undefined) throw new Error("What waits for its end has a step that is ready.");
  await readyStep(work.tx, next.id, null);
  const detail = { kind: "end-overlap", subject: identity.id, rotation: rotation.request, step: next.id };
  return { ok: await work.record(taken, { noun: "ask", id: input.ask, version: 1, action: "ask.granted", detail }) };
};

async function overlapping(work: Work, identity: string): Promise<IntentRow | null> {
  for (const intent of await lockOpenIntents(work.tx, identity))
    if (intent.kind === "rotate" && (await phaseIn(work, intent)) === "held") return intent;
  return null;
}
