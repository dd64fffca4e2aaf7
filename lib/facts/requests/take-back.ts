import { readIdentity } from "#db/store/identities.ts";
import { lockOpenIntents } from "#db/store/intents.ts";
import { readKnownPeople, rolesHeld } from "#db/store/people.ts";
import { readRequest } from "#db/store/requests.ts";
import { changeStep, lockStuckStep } from "#db/store/steps.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { mayTakeBack } from "#lib/domain/request.ts";
import { type Answer, NotYet, taken } from "../answer.ts";
import type { Command } from "../run.ts";
import { takeBack } from "../steps/taking-back.ts";

/**
 * Ends a stuck provisioning on a person's word: its stuck step, which may have been done in part, and then every step before
 * it is taken back, and the request fails in the end. Throws `NotYet` while the step is just being tried: what comes of that
 * is waited for.
 */
export const takeRequestBack: Command<{ readonly request: string; readonly person: string }, Answer> = async (
  work,
  input,
) => {
  const request = await readRequest(work.tx, input.request);
  const identity = request === null ? null : await readIdentity(work.tx, request.identity ?? request.id);
  if (request === null || identity === null)
    return refuse({ code: "not-found", sentence: "There is no such request." });
  const open = await lockOpenIntents(work.tx, identity.id);
  const intent = open.find((one) => one.request === request.id);
  const step = intent === undefined ? null : await lockStuckStep(work.tx, intent.id);
  const person = (await readKnownPeople(work.tx, [input.person])).get(input.person);
  const may = mayTakeBack({
    ...{ kind: request.kind, stuck: step !== null, undoing: intent?.state === "undoing" },
    behind: [request.requester, identity.owner],
    asker: person?.active ? { id: person.person, roles: rolesHeld(person, work.now) } : { id: "", roles: [] },
  });
  if ("refusals" in may) return may;
  if (intent === undefined || step === null) throw new Error("What is stuck has a step and an intent.");
  if (step.state === "claimed" || step.state === "sent") throw new NotYet(`${step.name} is being tried.`);
  const evidence = `Taken back while it was stuck: ${step.fault?.sentence ?? step.title}`;
  const version = await changeStep(work.tx, step.id, { state: "done", evidence });
  const detail = { intent: intent.id, name: step.name, by: input.person };
  const undoing: Entry = { noun: "step", id: step.id, version, action: "step.undoing", detail };
  return { ok: await work.record(taken, undoing, ...(await takeBack(work, intent, step.ordinal + 1))) };
};
