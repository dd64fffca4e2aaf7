import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { toldActions } from "#db/store/news.ts";
import { nouns } from "#lib/audit/entry.ts";
import type { AskKind } from "#lib/domain/ask.ts";
import { stages } from "#lib/domain/attestation.ts";
import type { News } from "#lib/domain/news.ts";
import { requestStates } from "#lib/domain/request.ts";
import { noticesOf } from "#lib/domain/tell.ts";

// Every action that the audit log can hold is either told, or listed here with the reason why nobody is. A new one is neither,
// and fails until somebody has decided.

const root = new URL("../../", import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), "utf8");
const sources = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => `${folder}/${path}`);

/** What the web may write: the last word of the migrations. */
function claimed(): readonly string[] {
  const migrations = readdirSync(new URL("db/migrations", root)).filter((name) => name.endsWith(".sql"));
  const [list] = migrations
    .sort()
    .flatMap((name) => [...text(`db/migrations/${name}`).matchAll(/when 'charter_web' then action in \(([^)]*)\)/g)])
    .toReversed();
  return [...(list?.[1] ?? "").matchAll(/'([a-z.-]+)'/g)].map(([, action]) => action ?? "");
}

/** What the worker writes: each action spelled out in facts and worker, and those put together from a noun and what follows. */
function written(): readonly string[] {
  const all = ["lib/facts", "lib/worker"].flatMap(sources).map(text).join("\n");
  const spelled = new RegExp(`"((?:${nouns.join("|")})\\.[a-z-]+)"`, "g");
  const composed = new RegExp(`\`(${nouns.join("|")})\\.\\$\\{(?!string)`, "g");
  const withVerbs: Readonly<Record<string, readonly string[]>> = { "request-state": requestStates, question: stages };
  return [
    ...[...all.matchAll(spelled)].map(([, action]) => action ?? ""),
    ...[...all.matchAll(composed)].flatMap(([, noun = ""]) =>
      (withVerbs[noun] ?? ["*"]).map((verb) => `${noun}.${verb}`),
    ),
    ...nouns.map((noun) => `${noun}.refused`),
  ];
}

const progress = "A step on the way; the request's end is told.";
const mirrored = "Follows from the configuration or the directory, which the host's operator writes.";
const counts = "The claim that it counts was told as it was made.";
const log = "Concerns the log itself; the health page tells of trouble.";
const host = "Done on the worker's host with two signatures, each told to who gave it.";
const refused = "Nothing came of it, and the claim was told as it was made.";

const untold: Readonly<Record<string, string>> = {
  "sign-in.handed-over": "Proves nothing before it is verified.",
  "sign-in-result.verified": "The issuer signs people in, and tells of it where that is wanted.",
  "sign-in-result.refused": "Nobody got in.",
  "session.opened": "The issuer signs people in; open sessions are listed under Settings.",
  "session.ended": "Takes away nothing but itself.",
  "attempt.denied": "Nothing came of it.",
  "request.asked": "Told with its first version.",
  "request-state.received": progress,
  "request-state.approved": progress,
  "request-state.provisioning": progress,
  "request-state.withdrawn": "Told as the ask to withdraw it; what a renewal withdraws is told as that renewal.",
  "verdict.counted": counts,
  "verdict.superseded": refused,
  "acceptance.counted": counts,
  "acceptance.superseded": refused,
  "comment.taken": "A remark changes nothing; one that proposes is told as it is made.",
  "ask.granted": counts,
  "ask.mute-ended": "The finding counts again, and is listed with why.",
  "attestation.recorded": counts,
  "question.answered": counts,
  "question.planned": "Nobody is asked yet.",
  "question.rested": "Its identity has ended, which is told.",
  "question.waiting": "Nobody is asked yet.",
  "passkey.used": "What was signed is told.",
  "decision.taken": progress,
  "intent.committed": progress,
  "intent.done": progress,
  "intent.failed": progress,
  "intent.undoing": progress,
  "intent.cancelled": progress,
  "identity.recorded": progress,
  "identity.live": progress,
  "identity.failed": progress,
  "identity.disabled": "A step of a retirement, whose beginning and end are told.",
  "identity.credential-replaced": "A step of a rotation, whose end is told.",
  "identity.first-used": "Takes nothing away.",
  "identity.observed": "A difference is a finding.",
  "identity.person-joined": "Its people stay the same people.",
  "identity.renewed": "Gives time; its request is told to who asked.",
  "identity.resumed": "Gives back; its request is told to who asked.",
  "identity.transferred": "Both owners acted: the ask and the acceptance are told.",
  "person.linked": host,
  "bundle.activated": host,
  "exception.opened": "Part of a request that was approved.",
  "exception.closed": "Nothing ends by it; it is listed.",
  "audit.directory-imported": mirrored,
  "audit.repositories-read": mirrored,
  "audit.epoch-raised": log,
  "service.recorded": mirrored,
  "service.changed": mirrored,
  "team.recorded": mirrored,
  "team.changed": mirrored,
  "team-member.joined": mirrored,
  "team-member.left": mirrored,
  "step.ambiguous": progress,
  "step.cancelled": progress,
  "step.done": progress,
  "step.failed": progress,
  "step.left": progress,
  "step.noted": progress,
  "step.put-off": progress,
  "step.retried": counts,
  "step.sent": progress,
  "step.undoing": progress,
  "step.undone": progress,
  "person-role.verified": "What the issuer says of who signs in.",
  "target.checked": mirrored,
  "target.swept": mirrored,
  "vault.checked": mirrored,
  "target.*": mirrored,
  "vault.*": mirrored,
  "blueprint.*": mirrored,
  "repository.*": mirrored,
  "person.*": mirrored,
  "object.*": progress,
  "object.removed": progress,
  "credential.*": progress,
  "credential.stored": progress,
  "credential.replaced": progress,
};

const someone = (digit: number) => `${digit}`.repeat(8) + "-0000-4000-8000-000000000000";
const news: Omit<News, "action" | "actor"> = {
  ...{
    at: "2026-05-01T10:00:00.000Z",
    subject: "it",
    request: someone(1),
    requestVersion: 1,
    kind: "provision",
    identity: someone(2),
  },
  ...{
    name: "ledger",
    environment: "prod",
    requester: someone(3),
    owner: someone(4),
    backups: [someone(5)],
    ownerLeft: false,
  },
  ...{
    endsIt: someone(6),
    accepter: someone(4),
    approvers: [someone(7)],
    operators: [someone(8)],
    undoing: false,
    strangers: [],
  },
  ...{ security: [someone(7)], keyOf: someone(3), verdict: "approve", round: 3 },
  ...{ ask: "withdraw", answer: "keep", proposes: true },
};
const toldOf = (action: string) => noticesOf({ ...news, action, actor: someone(9) });

describe("whether it is told is decided of every action", () => {
  const all = [...new Set([...claimed(), ...written()])].sort();
  test("there are as many as there should be", () => {
    expect(claimed()).toContain("answer.given");
    expect(all.length).toBeGreaterThan(90);
  });
  test.each(all)("%s", (action) => {
    const listed = Object.hasOwn(untold, action) || Object.hasOwn(untold, action.replace(/\..*/, ".*"));
    const isRefusal = action.endsWith(".refused") && action !== "request-state.refused";
    const told = toldOf(action).length > 0;
    expect({ told, listed: listed || isRefusal }).toEqual({ told, listed: !told });
    // What is told is read from the log.
    if (told && !action.startsWith("request-state.")) expect(toldActions).toContain(action);
  });
  test("nothing is listed that does not happen", () => {
    expect(Object.keys(untold).filter((action) => !all.includes(action))).toEqual([]);
  });
});

const asks: { readonly [K in AskKind]: string | null } = {
  withdraw: "withdraw the request for ledger in prod",
  "take-back": "take back the request for ledger in prod",
  "end-overlap": "end the overlap of a rotation of ledger",
  retry: "try again a step for ledger",
  check: "check ledger",
  mute: "mute a finding about ledger",
  unmute: "show again a muted finding about ledger",
  question: "ask the owner of ledger whether it is still needed",
  // Told as the passkey that its person has.
  "enrol-key": null,
  "revoke-key": "revoke a passkey of ledger",
  "invite-key": "invite ledger to enrol a passkey",
  "confirm-key": "let a new passkey of ledger be used",
  "sign-bundle": "sign for another policy bundle",
  "sign-link": "sign for the linking of two logins",
};
test.each(Object.entries(asks))("who is said to ask (%s) is told of it, at once", (ask, words) => {
  const kind = Object.keys(asks).find((known): known is AskKind => known === ask) ?? null;
  const told = noticesOf({ ...news, action: "ask.made", actor: someone(9), ask: kind });
  const expected = { kind: "in-your-name", person: someone(9), sentence: `It was asked in your name to ${words}.` };
  expect(told.filter(({ person }) => person !== null)).toEqual(
    words === null ? [] : [expect.objectContaining(expected)],
  );
});

test("a notice is one line, whatever somebody called something", () => {
  const [broken] = noticesOf({ ...news, name: "a\r\n\u2029b", action: "step.stuck", actor: "" });
  expect(broken?.sentence).toBe("Work on a b is stuck.");
  const name = `ledger\r\nBcc: eve@elsewhere.example\u2028${"x".repeat(900)}`;
  for (const { sentence } of noticesOf({ ...news, name, action: "verdict.given", actor: someone(9) })) {
    expect(sentence).not.toMatch(/[\r\n\u2028]/);
    expect(sentence.length).toBeLessThanOrEqual(400);
  }
});
