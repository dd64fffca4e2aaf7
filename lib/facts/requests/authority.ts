import { readIdentity } from "#db/store/identities.ts";
import { readKnownPeople, rolesHeld } from "#db/store/people.ts";
import { type RequestRow, readOpenRequestOn, type StateRow, type VersionRow } from "#db/store/requests.ts";
import { canonical } from "#lib/digest/digest.ts";
import { charterAfter } from "#lib/domain/change.ts";
import type { IdentityState } from "#lib/domain/identity.ts";
import { afterEvent } from "#lib/domain/lifecycle.ts";
import { mayAskAbout, maySucceed } from "#lib/domain/ownership.ts";
import type { Refusal, Refusals } from "#lib/domain/refusal.ts";
import { mayFollow, sayState } from "#lib/domain/request.ts";
import type { Work } from "../run.ts";

export interface Asked {
  readonly request: RequestRow;
  readonly version: VersionRow;
  readonly before: StateRow | null;
}

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
const one = (refusal: Refusal): Refusals => [refusal];
const conflict = (sentence: string): Refusals => one({ code: "conflict", sentence });
const forbidden = (sentence: string): Refusals => one({ code: "forbidden", sentence });

/** Why this version may not be asked by whom it is said to come from, in this state of the request; null when it may. */
export async function whyNotAsked(work: Work, asked: Asked): Promise<Refusals | null> {
  const { request, version, before } = asked;
  if (before !== null && version.version <= before.requestVersion)
    return conflict("A newer version was received already.");
  if (before !== null && !mayFollow(before.state, "received"))
    return conflict(`This request is ${sayState(before.state)}; it cannot be changed.`);
  return (await whyNotRequester(work, asked)) ?? (request.kind === "provision" ? null : whyNotOn(work, asked));
}

async function whyNotRequester(work: Work, { request, version }: Asked): Promise<Refusals | null> {
  if (request.requester === null) {
    const own =
      request.channel === "charter_worker" && version.channel === "charter_worker" && request.kind === "retire";
    return own ? null : forbidden("Only a worker asks without a person.");
  }
  const requester = (await readKnownPeople(work.tx, [request.requester])).get(request.requester);
  if (requester === undefined || !requester.active) return forbidden("The requester is not an active person.");
  if (requester.login !== requester.person)
    return forbidden("A request is made by the person, not by one of their logins.");
  return version.person === request.requester ? null : forbidden("Only the requester changes a request.");
}

function whyNotRetired(state: IdentityState): Refusals | null {
  const after = afterEvent(state, "retirement-started");
  return "refusals" in after ? after.refusals : null;
}

/** Later requests: the identity, who may ask about it, and that nothing but the change differs from its charter. */
async function whyNotOn(work: Work, { request, version }: Asked): Promise<Refusals | null> {
  const identity = request.identity === null ? null : await readIdentity(work.tx, request.identity);
  if (identity === null || request.kind === "provision")
    return one({ code: "not-found", sentence: "There is no such identity." });
  const other = await readOpenRequestOn(work.tx, identity.id, request.id);
  if (other !== null && other.kind === request.kind) return conflict(`Another request to ${request.kind} it is open.`);
  const { owner, backup, endsIt } = identity.charter;
  const standing = { owner, backup, endsIt, state: identity.state };
  const after = charterAfter({
    kind: request.kind,
    charter: identity.charter,
    change: version.change,
    now: work.now,
  });
  if ("refusals" in after) return after.refusals;
  if (canonical(after.ok) !== canonical(version.charter))
    return conflict("The identity has changed since this was asked.");
  if (request.requester === null) return whyNotRetired(identity.state);
  if (request.kind === "transfer") {
    const successor = (await readKnownPeople(work.tx, [after.ok.owner].filter(isUuid))).get(after.ok.owner);
    const may = maySucceed(standing, successor && { id: successor.person, active: successor.active });
    if ("refusals" in may) return may.refusals;
  }
  const person = (await readKnownPeople(work.tx, [request.requester])).get(request.requester);
  if (person === undefined) return forbidden("The requester is not an active person.");
  const asker = { id: person.person, roles: rolesHeld(person, work.now), teams: person.teams };
  const may = mayAskAbout(request.kind, standing, asker);
  return "refusals" in may ? may.refusals : null;
}
