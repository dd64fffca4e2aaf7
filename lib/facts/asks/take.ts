import { readKnownPeople, rolesHeld } from "#db/store/people.ts";
import { readAsk } from "#db/store/requests.ts";
import type { Role } from "#lib/domain/actor.ts";
import { refuse } from "#lib/domain/refusal.ts";
import { isUuid } from "#lib/domain/text.ts";
import type { Installation } from "#lib/judgement/draw-plan.ts";
import { type Answer, taken } from "../answer.ts";
import { askOwnerNow } from "../attestations/ask-now.ts";
import { takeMute } from "../findings/mute.ts";
import { takeKeyAsk } from "../passkeys/take.ts";
import { endOverlap } from "../requests/end-overlap.ts";
import { takeRequestBack } from "../requests/take-back.ts";
import { withdraw } from "../requests/withdraw.ts";
import type { Command } from "../run.ts";

/** Who may ask for what concerns no request. */
const mayAsk: { readonly [K in "retry" | "check"]: readonly Role[] } = {
  retry: ["operator", "security"],
  check: ["operator", "security"],
};

export interface TakeAsk {
  readonly ask: string;
  readonly installation: Installation;
}

/**
 * Takes an ask: withdraws a request, has a stuck one taken back, ends a rotation's overlap, mutes a finding, has an owner
 * asked, or grants a retry or a check, which the worker then does outside this transaction. Refused to who may not ask.
 */
export const takeAsk: Command<TakeAsk, Answer> = async (work, input) => {
  const ask = await readAsk(work.tx, input.ask);
  if (ask === null) return refuse({ code: "not-found", sentence: "There is no such ask." });
  const named = ask.kind === "check" || ask.kind === "sign-bundle" || ask.kind === "sign-link";
  if (!named && !isUuid(ask.subject)) return refuse({ code: "not-found", sentence: "There is nothing of this id." });
  const about = { request: ask.subject, person: ask.person };
  if (ask.kind === "withdraw") return withdraw(work, about);
  if (ask.kind === "end-overlap") return endOverlap(work, { ask: ask.id, identity: ask.subject, person: ask.person });
  if (ask.kind === "question") return askOwnerNow(work, { ask: ask.id, identity: ask.subject, person: ask.person });
  if (ask.kind === "take-back") return takeRequestBack(work, about);
  if (ask.kind === "mute" || ask.kind === "unmute") return takeMute(work, { ...ask, kind: ask.kind });
  if (ask.kind !== "retry" && ask.kind !== "check")
    return takeKeyAsk(work, ask.kind, { ask, installation: input.installation });
  const person = (await readKnownPeople(work.tx, [ask.person])).get(ask.person);
  const roles = person?.active ? rolesHeld(person, work.now) : [];
  if (!mayAsk[ask.kind].some((role) => roles.includes(role))) {
    return refuse({ code: "forbidden", sentence: `Only ${mayAsk[ask.kind].join(", ")} may ask for this.` });
  }
  const detail = { kind: ask.kind, subject: ask.subject };
  return { ok: await work.record(taken, { noun: "ask", id: ask.id, version: 1, action: "ask.granted", detail }) };
};
