import type { AskKind } from "./ask.ts";
import { questionAnswers } from "./attestation.ts";
import type { News, Told } from "./news.ts";
import { isUuid } from "./text.ts";

/**
 * What only a signed-in person does, told to that person: they alone know whether it was they. It is told as it is claimed, so
 * that what a worker refuses is told as well.
 */
export function inOnesName(news: News): Told | null {
  // A worker's own claims have no person, `System` and `host` are none.
  if (!isUuid(news.actor)) return null;
  const said = news.action === "ask.made" ? ofAsk(news) : ofClaim(news);
  if (said === null) return null;
  return { kind: "in-your-name", about: `${news.action}:${news.subject}`, to: [news.actor], ...said };
}

type Said = Pick<Told, "sentence" | "path"> | null;

function ofClaim(news: News): Said {
  const { name, environment } = news;
  switch (news.action) {
    case "request-version.sealed":
      return { sentence: `${asked(news)} was sent in your name.` };
    case "verdict.given": {
      const which = news.verdict === "deny" ? "A denial" : "An approval";
      return { sentence: `${which} was given in your name: ${lower(asked(news))}.` };
    }
    case "acceptance.given":
      // Who asks for what they own accepts it in the same click, and is told of that click once.
      if (news.actor === news.requester) return null;
      return { sentence: `Ownership of ${name} in ${environment} was accepted in your name.` };
    case "answer.given": {
      const answer = questionAnswers.find((known) => known === news.answer) ?? "something unknown";
      return { sentence: `The question about ${name} in ${environment} was answered in your name: ${answer}.` };
    }
    case "comment.made":
      if (!news.proposes) return null;
      return { sentence: `Less than was asked for was proposed in your name: ${lower(asked(news))}.` };
    default:
      return null;
  }
}

type Words = (news: News) => { readonly to: string; readonly path?: string };

/** What each ask asks for, after "It was asked in your name to"; null: it is told otherwise. */
const asks: { readonly [K in AskKind]: Words | null } = {
  withdraw: (news) => ({ to: `withdraw ${lower(asked(news))}` }),
  "take-back": (news) => ({ to: `take back ${lower(asked(news))}` }),
  "end-overlap": ({ name }) => ({ to: `end the overlap of a rotation of ${name}` }),
  retry: ({ name }) => ({ to: `try again a step for ${name || "a request"}` }),
  check: ({ name }) => ({ to: `check ${name || "a target"}`, path: "/targets" }),
  mute: (news) => ({ to: `mute a finding${about(news)}`, path: "/findings" }),
  unmute: (news) => ({ to: `show again a muted finding${about(news)}`, path: "/findings" }),
  question: ({ name }) => ({ to: `ask the owner of ${name} whether it is still needed` }),
  // Its person is told that they have a new passkey, and nobody enrols one for another.
  "enrol-key": null,
  "revoke-key": ({ name }) => ({ to: `revoke a passkey of ${name || "somebody"}`, path: "/settings" }),
  "invite-key": ({ name }) => ({ to: `invite ${name || "somebody"} to enrol a passkey`, path: "/settings" }),
  "confirm-key": ({ name }) => ({ to: `let a new passkey of ${name || "somebody"} be used`, path: "/settings" }),
  "sign-bundle": () => ({ to: "sign for another policy bundle", path: "/policies" }),
  "sign-link": () => ({ to: "sign for the linking of two logins", path: "/settings" }),
};

function ofAsk(news: News): Said {
  if (news.ask === null || !Object.hasOwn(asks, news.ask)) return null;
  const words = asks[news.ask]?.(news);
  if (words === undefined) return null;
  const { to, path } = words;
  return { sentence: `It was asked in your name to ${to}.`, ...(path !== undefined && { path }) };
}

const about = ({ name }: News): string => (name === "" ? "" : ` about ${name}`);

const verbs: Readonly<Record<string, string>> = {
  provision: "The request for",
  "change-access": "The change of access for",
  renew: "The renewal of",
  rotate: "The rotation of",
  transfer: "The transfer of",
  suspend: "The suspension of",
  resume: "The resumption of",
  retire: "The retirement of",
};
/** A request by what it asks for: "The renewal of ledger-snapshots in prod". */
export const asked = ({ kind, name, environment }: News): string =>
  `${verbs[kind ?? "provision"] ?? "The change of"} ${name} in ${environment}`;

const lower = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);
