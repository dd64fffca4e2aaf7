import { readKnownPeople } from "#db/store/people.ts";
import { lockState, readRequest } from "#db/store/requests.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { mayWithdraw } from "#lib/domain/request.ts";
import { type Answer, taken } from "../answer.ts";
import type { Command } from "../run.ts";
import { whenReceived } from "./received.ts";
import { moveRequest } from "./stand.ts";

/** The requester takes a request back while nothing has been made for it. Throws `NotYet` while no worker has received it. */
export const withdraw: Command<{ readonly request: string; readonly person: string }, Answer> = async (work, input) => {
  const request = await readRequest(work.tx, input.request);
  const state = request === null ? null : await lockState(work.tx, input.request);
  if (state === null) await whenReceived(work, { request: input.request, version: 1 });
  if (request === null || state === null) return refuse({ code: "not-found", sentence: "There is no such request." });
  const person = (await readKnownPeople(work.tx, [input.person])).get(input.person);
  const { requester } = request;
  const may = mayWithdraw({ state: state.state, requester, person: person?.active ? person.person : "" });
  if ("refusals" in may) return may;
  const about = { request: request.id, requestVersion: state.requestVersion, why: { by: input.person } };
  const to = { ...about, state: "withdrawn", deadline: null, accepter: null, detail: {} } as const;
  return { ok: await work.record(taken, await moveRequest(work, state, to)) };
};
