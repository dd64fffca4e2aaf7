import { readKnownPeople } from "#db/store/people.ts";
import { lockState, readAcceptance, type StateRow } from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { mayAccept } from "#lib/domain/ownership.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { type Answer, superseded, taken } from "../answer.ts";
import { whenReceived } from "../requests/received.ts";
import { moveRequest } from "../requests/stand.ts";
import type { Command, Work } from "../run.ts";

/** Takes the owner's acceptance of exactly what they saw; the last thing missing approves the request. */
export const takeAcceptance: Command<{ readonly acceptance: string }, Answer> = async (work, input) => {
  const acceptance = await readAcceptance(work.tx, input.acceptance);
  if (acceptance !== null) await whenReceived(work, acceptance);
  const state = acceptance === null ? null : await lockState(work.tx, acceptance.request);
  if (acceptance === null || state === null)
    return refuse({ code: "not-found", sentence: "There is no such request." });
  const about = { request: acceptance.request, requestVersion: acceptance.version };
  const looked = (action: "acceptance.counted" | "acceptance.superseded"): Entry => ({
    noun: "acceptance",
    id: acceptance.id,
    version: 1,
    action,
    detail: about,
  });
  const here = state.requestVersion === acceptance.version && state.planDigest === acceptance.planDigest;
  if (here && state.accepter === null) return { ok: await work.record(taken, looked("acceptance.counted")) };
  if (!here || (state.state !== "awaiting-approval" && state.state !== "awaiting-acceptance")) {
    const sentence = here
      ? `The request is ${state.state}.`
      : "The request was changed before you accepted it. Look at the new version.";
    return { ok: await work.record(superseded(sentence), looked("acceptance.superseded")) };
  }
  const may = await mayBeAccepted(work, acceptance, state);
  if ("refusals" in may) return may;
  const inTime = state.deadline === null || acceptance.receivedAt < state.deadline;
  if (!inTime) return refuse({ code: "conflict", sentence: "The offer of ownership has run out." });
  const moves =
    state.state === "awaiting-acceptance" ? ({ state: "approved", deadline: null } as const) : { state: state.state };
  const why = { acceptance: acceptance.id, by: acceptance.person };
  const entry = await moveRequest(work, state, { ...about, ...moves, accepter: null, why });
  return { ok: await work.record(taken, entry) };
};

type Accepted = NonNullable<Awaited<ReturnType<typeof readAcceptance>>>;

/** Whether who accepts is whom the request waits for, both as the people they count as now. */
async function mayBeAccepted(work: Work, acceptance: Accepted, state: StateRow) {
  const { accepter, requestVersion, planDigest } = state;
  const known = await readKnownPeople(work.tx, [acceptance.person, ...(accepter === null ? [] : [accepter])]);
  const person = known.get(acceptance.person);
  return mayAccept({
    accepter: known.get(accepter ?? "")?.person ?? accepter,
    person: person?.person ?? acceptance.person,
    active: person?.active ?? false,
    now: { version: requestVersion, planDigest: planDigest ?? "" },
    seen: acceptance,
  });
}
