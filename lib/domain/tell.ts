import type { News, Told } from "./news.ts";
import type { Notice } from "./notice.ts";
import { type RequestState, requestStates, sayState } from "./request.ts";
import { asked, inOnesName } from "./tell-in-name.ts";

/** What is told of one entry: a notice for each person, and one without a person for systems. Nothing for most entries. */
export function noticesOf(news: News): readonly Notice[] {
  const told = toldOf(news);
  if (told === null) return [];
  const path = told.path ?? pathOf(news);
  const people = [...new Set(told.to.filter((person) => person !== null))];
  const { kind } = told;
  const sentence = oneLine(told.sentence);
  const key = `${kind}:${told.about}`;
  const { actor, at } = news;
  return [null, ...people].map((person) => ({
    ...{ kind, person, sentence, path, about: { actor: actor || "System", at, people } },
    key: person === null ? key : `${key}:${person}`,
  }));
}

/** Names are what somebody typed, or what a web that was taken over wrote: a notice is one line and not long. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").slice(0, 400);

const pathOf = ({ action, request, identity }: News): string =>
  request !== null && !/^(identity|question|answer)\./.test(action)
    ? `/requests/${request}`
    : identity === null
      ? "/"
      : `/identities/${identity}`;

function toldOf(news: News): Told | null {
  const [noun = "", verb = ""] = news.action.split(".");
  if (noun === "request-state") return ofState(news, verb);
  if (noun === "question") return ofQuestion(news, verb);
  if (noun === "identity") return ofIdentity(news, verb);
  if (noun === "passkey") return ofPasskey(news, verb);
  if (news.action === "step.stuck") {
    const to = [news.requester, ...news.operators];
    const [about, what] = news.undoing ? [`${news.subject}:undoing`, "Taking back work on"] : [news.subject, "Work on"];
    return { kind: "stuck", about, to, sentence: `${what} ${news.name} is stuck.` };
  }
  return inOnesName(news);
}

function ofState(news: News, to: string): Told | null {
  const state = requestStates.find((known) => known === to);
  const about = `${news.request}:${news.requestVersion}`;
  if (state === "awaiting-approval") {
    if (news.approvers.length === 0) return null;
    const sentence = `${asked(news)} waits for a decision.`;
    return { kind: "approval", about, to: news.approvers, sentence };
  }
  if (state === "awaiting-acceptance") {
    if (news.accepter === null) return null;
    const what = news.kind === "change-access" ? `More access for ${news.name}` : news.name;
    const sentence = `${what} in ${news.environment} waits for its owner to accept it.`;
    return { kind: "ownership", about, to: [news.accepter], sentence };
  }
  if (state === undefined || !decided.has(state)) return null;
  const sentence = `${asked(news)} is ${sayState(state)}.`;
  return { kind: "decision", about: `${about}:${state}`, to: [news.requester], sentence };
}

const decided: ReadonlySet<RequestState> = new Set([
  "refused",
  "denied",
  "expired",
  "resubmit",
  "live",
  "done",
  "failed",
]);

const questions: Readonly<Record<string, string>> = {
  asked: "has a question for its owner: is it still needed?",
  reopened:
    "has its question again, since the request that the last answer came with ended without effect: is it still needed?",
  reminded: "still waits for its owner's answer: is it still needed?",
  "backup-asked": "has not been answered for by its owner; its backup may answer now.",
  overdue: "is overdue: nobody has said that it is still needed.",
};

/** What is asked of the owner alone, while they are here. */
const ofOwner: ReadonlySet<string> = new Set(["asked", "reopened", "reminded"]);

function ofQuestion(news: News, verb: string): Told | null {
  const words = questions[verb];
  if (words === undefined) return null;
  const backups = ofOwner.has(verb) && !news.ownerLeft ? [] : news.backups;
  const to = [news.owner, ...backups];
  return {
    kind: "question",
    about: `${news.identity}:${news.round}:${verb}`,
    to,
    sentence: `${news.name} ${words}`,
    path: `/attestations?q=${news.identity}`,
  };
}

const taken: Readonly<Record<string, string>> = {
  suspended: "was suspended",
  rotated: "was given a new credential",
  "access-changed": "was given other access",
  "retirement-started": "is being retired: disabled now, removed once its hold has passed",
};

function ofIdentity(news: News, verb: string): Told | null {
  const { name, environment, owner, backups, endsIt } = news;
  const about = `${news.subject}:${news.request ?? ""}:${verb}`;
  if (verb === "retired") {
    return {
      kind: "ending",
      about,
      to: [owner, ...backups, endsIt],
      sentence: `${name} in ${environment} was removed.`,
    };
  }
  const words = taken[verb];
  if (words === undefined) return null;
  const keys = news.strangers.join(", ");
  const why = keys === "" ? "" : ` for a key that nobody recorded, which is deleted: ${keys}`;
  return {
    kind: "taken-away",
    about,
    to: [owner, ...backups, endsIt],
    sentence: `${name} in ${environment} ${words}${why}.`,
  };
}

const keys: Readonly<Record<string, string>> = {
  invited: "was invited to enrol a passkey",
  enrolled: "has a new passkey",
  confirmed: "has a passkey that was signed for and can be used now",
  revoked: "lost a passkey: it was revoked",
};

/** Keys are told to whose they are and to security, always: nobody's key is made or ended in silence. */
function ofPasskey({ keyOf, security, name, subject }: News, verb: string): Told | null {
  const words = keys[verb];
  if (words === undefined) return null;
  const to = [keyOf, ...security];
  const sentence = `${name} ${words}.`;
  return { kind: "in-your-name", about: `passkey:${subject}:${verb}`, to, sentence, path: "/settings" };
}

/** What is told as an identity's end comes near; `endsAt` is part of the key, so that a renewal is told of anew. */
export function endingNotices(of: {
  readonly identity: string;
  readonly name: string;
  readonly environment: string;
  readonly endsAt: Date;
  readonly people: readonly (string | null)[];
}): readonly Notice[] {
  const key = `ending:${of.identity}:${of.endsAt.toISOString()}`;
  const sentence = `${of.name} in ${of.environment} ends on ${of.endsAt.toISOString().slice(0, 10)}. Renew it, or let it end.`;
  const people = [...new Set(of.people.filter((person) => person !== null))];
  return [null, ...people].map((person) => ({
    ...{ kind: "ending" as const, person, sentence, path: `/identities/${of.identity}` },
    about: { actor: "System", at: null, people },
    key: person === null ? key : `${key}:${person}`,
  }));
}
