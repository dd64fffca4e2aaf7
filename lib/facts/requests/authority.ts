import { type IdentityRow, lockIdentity, readIdentity } from "#db/store/identities.ts";
import { readKnownPeople, rolesHeld } from "#db/store/people.ts";
import { type RequestRow, readOpenRequestOn, type StateRow, type VersionRow } from "#db/store/requests.ts";
import { canonical } from "#lib/digest/digest.ts";
import { charterAfter, type LaterKind } from "#lib/domain/change.ts";
import type { IdentityState } from "#lib/domain/identity.ts";
import { afterEvent } from "#lib/domain/lifecycle.ts";
import { mayAskAbout, mayAskInState, maySucceed } from "#lib/domain/ownership.ts";
import type { Refusal, Refusals } from "#lib/domain/refusal.ts";
import { mayFollow, sayState } from "#lib/domain/request.ts";
import { jsonObject, read } from "#lib/domain/shape.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Work } from "../run.ts";

export interface Asked {
  readonly request: RequestRow;
  readonly version: VersionRow;
  readonly before: StateRow | null;
}

const one = (refusal: Refusal): Refusals => [refusal];
const conflict = (sentence: string): Refusals => one({ code: "conflict", sentence });
const forbidden = (sentence: string): Refusals => one({ code: "forbidden", sentence });

/** Why this version may not be asked by whom it is said to come from, in this state of the request; null when it may. */
export async function whyNotAsked(work: Work, asked: Asked): Promise<Refusals | null> {
  const { request, version, before } = asked;
  // The web may have written any JSON there.
  const change = read(jsonObject, version.change);
  if ("refusals" in change) return change.refusals;
  if (before !== null && version.version <= before.requestVersion)
    return conflict("A newer version was received already.");
  if (before !== null && !mayFollow(before.state, "received"))
    return conflict(`This request is ${sayState(before.state)}; it cannot be changed.`);
  return (await whyNotRequester(work, asked)) ?? (request.kind === "provision" ? null : whyNotOn(work, asked));
}

async function whyNotRequester(work: Work, { request, version }: Asked): Promise<Refusals | null> {
  if (request.requester === null) {
    const own = request.channel === "charter_worker" && version.channel === "charter_worker";
    const takes = request.kind === "retire" || request.kind === "suspend";
    return own && takes ? null : forbidden("Only a worker asks without a person.");
  }
  if (version.change.strangers !== undefined) return forbidden("Only a worker names credentials that nobody recorded.");
  const requester = (await readKnownPeople(work.tx, [request.requester])).get(request.requester);
  if (requester === undefined || !requester.active) return forbidden("The requester is not an active person.");
  if (requester.login !== requester.person)
    return forbidden("A request is made by the person, not by one of their logins.");
  return version.person === request.requester ? null : forbidden("Only the requester changes a request.");
}

function whyNotTaken(kind: LaterKind, state: IdentityState): Refusals | null {
  const may = kind === "retire" ? afterEvent(state, "retirement-started") : mayAskInState(kind, state);
  return "refusals" in may ? may.refusals : null;
}

/** The charter that was sealed must still be the identity's own with this change and nothing else; null when it is. */
function whyNotStill(
  { now }: Work,
  { kind, version }: { readonly kind: LaterKind; readonly version: VersionRow },
  identity: Pick<IdentityRow, "charter">,
): Refusals | null {
  const after = charterAfter({ kind, charter: identity.charter, change: version.change, now });
  if ("refusals" in after) return after.refusals;
  return canonical(after.ok) === canonical(version.charter)
    ? null
    : one({
        code: "conflict",
        sentence: "The identity has changed since this was asked.",
        mend: "Withdraw it and ask again.",
      });
}

/**
 * Why a request that was approved may no longer be released as it was sealed: its identity has ended or has another charter by
 * now, so that releasing it would undo what was done since. What only disables is never held up by that. Null when it may.
 */
export async function whyNotAnyMore(
  work: Work,
  { request, version }: Pick<Asked, "request" | "version">,
): Promise<Refusals | null> {
  const { kind } = request;
  if (kind === "provision" || kind === "suspend" || kind === "retire" || request.identity === null) return null;
  const identity = await lockIdentity(work.tx, request.identity);
  if (identity === null) return one({ code: "not-found", sentence: "There is no such identity." });
  const late = mayAskInState(kind, identity.state);
  return "refusals" in late ? late.refusals : whyNotStill(work, { kind, version }, identity);
}

/** Later requests: the identity, who may ask about it, and that nothing but the change differs from its charter. */
async function whyNotOn(work: Work, { request, version }: Asked): Promise<Refusals | null> {
  const identity = request.identity === null ? null : await readIdentity(work.tx, request.identity);
  if (identity === null || request.kind === "provision")
    return one({ code: "not-found", sentence: "There is no such identity." });
  const { kind } = request;
  const other = await readOpenRequestOn(work.tx, identity.id, { kind, except: request.id });
  if (other !== null) return conflict("Another request of this kind is open on it.");
  const { owner, backup, endsIt } = identity.charter;
  const standing = { owner, backup, endsIt, state: identity.state };
  const moved = whyNotStill(work, { kind: request.kind, version }, identity);
  if (moved !== null) return moved;
  if (request.requester === null) return whyNotTaken(kind, identity.state);
  if (request.kind === "transfer") {
    const { owner: to } = version.charter;
    const successor = (await readKnownPeople(work.tx, [to].filter(isUuid))).get(to);
    const may = maySucceed(standing, successor && { id: successor.person, active: successor.active });
    if ("refusals" in may) return may.refusals;
  }
  const person = (await readKnownPeople(work.tx, [request.requester])).get(request.requester);
  if (person === undefined) return forbidden("The requester is not an active person.");
  const asker = { id: person.person, roles: rolesHeld(person, work.now), teams: person.teams };
  const may = mayAskAbout(request.kind, standing, asker);
  return "refusals" in may ? may.refusals : null;
}
