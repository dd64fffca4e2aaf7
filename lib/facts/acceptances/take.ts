import { readKnownPeople } from "#db/store/people.ts";
import {
  type AcceptanceRow,
  lockState,
  readAcceptance,
  readRequest,
  readVersion,
  type StateRow,
} from "#db/store/requests.ts";
import type { Entry } from "#lib/audit/entry.ts";
import { mayAccept } from "#lib/domain/ownership.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import { acceptanceAct, readAccepted } from "#lib/judgement/signed.ts";
import { type Answer, superseded, taken } from "../answer.ts";
import { proven, takeGesture, type Used } from "../passkeys/use.ts";
import { whenReceived } from "../requests/received.ts";
import { moveRequest } from "../requests/stand.ts";
import type { Command, Work } from "../run.ts";

export interface TakeAcceptance {
  readonly acceptance: string;
  readonly installation: Installation;
}

/**
 * Takes the owner's acceptance of exactly what they saw, with its gesture where the decision asks for one; the last thing missing
 * approves the request.
 */
export const takeAcceptance: Command<TakeAcceptance, Answer> = async (work, input) => {
  const acceptance = await readAcceptance(work.tx, input.acceptance);
  if (acceptance !== null) await whenReceived(work, acceptance);
  const state = acceptance === null ? null : await lockState(work.tx, acceptance.request);
  if (acceptance === null || state === null)
    return refuse({ code: "not-found", sentence: "There is no such request." });
  const about = { request: acceptance.request, requestVersion: acceptance.version };
  const looked = (action: "acceptance.counted" | "acceptance.superseded"): Entry => ({
    ...({ noun: "acceptance", id: acceptance.id, version: 1 } as const),
    ...{ action, detail: about },
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
  const used = await gestureFor(work, input, { acceptance, state });
  if ("refusals" in used) return used;
  const moves =
    state.state === "awaiting-acceptance" ? ({ state: "approved", deadline: null } as const) : { state: state.state };
  const why = { acceptance: acceptance.id, by: acceptance.person };
  const entry = await moveRequest(work, state, { ...about, ...moves, accepter: null, why });
  return { ok: await work.record(taken, ...proven(entry, used.ok)) };
};

/** Whether who accepts is whom the request waits for, both as the people they count as now. */
async function mayBeAccepted(work: Work, acceptance: AcceptanceRow, state: StateRow) {
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

/** The key behind an acceptance where one is asked; none of its own where the version was signed in the same click. */
async function gestureFor(work: Work, { installation }: TakeAcceptance, of: Accepting): Promise<Outcome<Used | null>> {
  const { acceptance, state } = of;
  if (state.assurance === null) return ok(null);
  const { id, person, assertion } = acceptance;
  const claim = { claim: `acceptances/${id}`, act: acceptanceAct(acceptance), person, assertion };
  const request = await readRequest(work.tx, acceptance.request);
  const version = await readVersion(work.tx, acceptance.request, acceptance.version);
  if (assertion !== null || request === null || version === null) return takeGesture(work, installation, claim);
  const about = { request, version, acceptance, assurance: state.assurance };
  return "why" in (await readAccepted(work, installation, about)) ? takeGesture(work, installation, claim) : ok(null);
}

interface Accepting {
  readonly acceptance: AcceptanceRow;
  readonly state: StateRow;
}
