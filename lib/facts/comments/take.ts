import { readKnownPeople } from "#db/store/people.ts";
import { readComment, readVersion } from "#db/store/requests.ts";
import { readCharter, readOrigins } from "#lib/domain/read-charter.ts";
import { type Refusals, refuse } from "#lib/domain/refusal.ts";
import { type Answer, taken } from "../answer.ts";
import type { Command } from "../run.ts";

/** Takes a comment of an active person; a proposal must be a charter that can be read. */
export const takeComment: Command<{ readonly comment: string }, Answer> = async (work, input) => {
  const comment = await readComment(work.tx, input.comment);
  if (comment === null) return refuse({ code: "not-found", sentence: "There is no such comment." });
  if ((await readVersion(work.tx, comment.request, comment.version)) === null) {
    return refuse({ code: "not-found", sentence: "There is no such request." });
  }
  const person = (await readKnownPeople(work.tx, [comment.person])).get(comment.person);
  if (person === undefined || !person.active)
    return refuse({ code: "forbidden", sentence: "You are no longer active here." });
  const unreadable = whyUnreadable(comment.proposal);
  if (unreadable !== null) return { refusals: unreadable };
  const detail = { request: comment.request, proposal: comment.proposal !== null };
  return {
    ok: await work.record(taken, { noun: "comment", id: comment.id, version: 1, action: "comment.taken", detail }),
  };
};

function whyUnreadable(proposal: { readonly charter: unknown; readonly origins: unknown } | null): Refusals | null {
  if (proposal === null) return null;
  const charter = readCharter(proposal.charter);
  if ("refusals" in charter) return charter.refusals;
  const origins = readOrigins(proposal.origins, charter.ok);
  return "refusals" in origins ? origins.refusals : null;
}
