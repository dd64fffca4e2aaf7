import { describe, expect, test } from "vitest";
import { type RequestKind, requestKinds } from "#lib/domain/charter.ts";
import type { News } from "#lib/domain/news.ts";
import type { Notice } from "#lib/domain/notice.ts";
import { endingNotices, noticesOf } from "#lib/domain/tell.ts";

const id = (digit: number) => `${`${digit}`.repeat(8)}-0000-4000-8000-000000000000`;
const [request, identity, requester, owner, backup] = [id(0), id(1), id(2), id(3), id(4)];
const [ender, approver, operator, guard, actor] = [id(5), id(6), id(7), id(8), id(9)];
const news: News = {
  ...{
    action: "",
    at: "2026-05-01T10:00:00.000Z",
    subject: "it",
    actor,
    request,
    requestVersion: 2,
    kind: "provision",
  },
  ...{ identity, name: "ledger", environment: "prod", requester, owner, ownerLeft: false, backups: [backup] },
  ...{ endsIt: ender, accepter: owner, approvers: [approver], undoing: false, operators: [operator] },
  ...{ security: [guard], keyOf: requester, verdict: "approve", strangers: [], round: 3 },
  ...{ ask: null, answer: "keep", proposes: true },
};
const told = (action: string, change: Partial<News> = {}) => noticesOf({ ...news, action, ...change });
/** Kind, key, path and sentence of what is told, and to whom. */
const line = (notices: readonly Notice[]) => {
  const [first, ...rest] = notices;
  if (first === undefined) return null;
  expect(first.person).toBeNull();
  for (const { person, key, ...same } of rest) {
    expect(key).toBe(`${first.key}:${person}`);
    expect({ ...same, person: null, key: first.key }).toEqual(first);
  }
  expect(first.about.people).toEqual(rest.map(({ person }) => person));
  return [first.kind, first.key, first.path, first.sentence, first.about.people];
};
const ofRequest = `/requests/${request}`;
const ofIdentity = `/identities/${identity}`;

test("who did it and when is told beside it", () => {
  expect(told("request-state.live")[0]?.about).toEqual({ actor, at: news.at, people: [requester] });
  expect(told("request-state.live", { actor: "" })[0]?.about.actor).toBe("System");
});

describe("of a request", () => {
  const about = `${request}:2`;
  test.each<[string, Partial<News>, readonly unknown[] | null]>([
    [
      "awaiting-approval",
      {},
      ["approval", `approval:${about}`, ofRequest, "The request for ledger in prod waits for a decision.", [approver]],
    ],
    ["awaiting-approval", { approvers: [] }, null],
    [
      "awaiting-acceptance",
      {},
      ["ownership", `ownership:${about}`, ofRequest, "ledger in prod waits for its owner to accept it.", [owner]],
    ],
    [
      "awaiting-acceptance",
      { kind: "change-access" },
      [
        ...["ownership", `ownership:${about}`, ofRequest],
        ...["More access for ledger in prod waits for its owner to accept it.", [owner]],
      ],
    ],
    ["awaiting-acceptance", { accepter: null }, null],
    [
      "denied",
      { kind: "renew" },
      ["decision", `decision:${about}:denied`, ofRequest, "The renewal of ledger in prod is denied.", [requester]],
    ],
    [
      "refused",
      { requester: null, kind: null },
      [
        ...["decision", `decision:${about}:refused`, ofRequest],
        ...["The request for ledger in prod is refused by policy.", []],
      ],
    ],
    ["received", {}, null],
    ["unknown", {}, null],
  ])("that is %s with %j", (state, change, expected) => {
    expect(line(told(`request-state.${state}`, change))).toEqual(expected);
  });
  test("each kind has its name", () => {
    const names: Readonly<Record<RequestKind, string>> = {
      ...{ provision: "The request for", "change-access": "The change of access for", renew: "The renewal of" },
      ...{ transfer: "The transfer of", suspend: "The suspension of", resume: "The resumption of" },
      ...{ rotate: "The rotation of", retire: "The retirement of" },
    };
    for (const kind of requestKinds)
      expect(told("request-state.done", { kind })[0]?.sentence).toBe(`${names[kind]} ledger in prod is done.`);
  });
  test("that is stuck, and that is stuck being taken back", () => {
    expect(line(told("step.stuck"))).toEqual([
      ...["stuck", "stuck:it", ofRequest, "Work on ledger is stuck.", [requester, operator]],
    ]);
    expect(line(told("step.stuck", { undoing: true }))).toEqual([
      ...["stuck", "stuck:it:undoing", ofRequest, "Taking back work on ledger is stuck.", [requester, operator]],
    ]);
    expect(told("step.other")).toEqual([]);
    expect(told("other.stuck")).toEqual([]);
  });
  test("nobody is told twice, and where nothing is named it is the whole", () => {
    expect(told("step.stuck", { operators: [requester, operator] })).toHaveLength(3);
    expect(told("step.stuck", { request: null })[0]?.path).toBe(ofIdentity);
    expect(told("step.stuck", { request: null, identity: null })[0]?.path).toBe("/");
  });
});

describe("of an identity", () => {
  const taken = (verb: string) => ["taken-away", `taken-away:it:${request}:${verb}`, ofIdentity];
  const all = [owner, backup, ender];
  test.each<[string, Partial<News>, readonly unknown[] | null]>([
    ["suspended", {}, [...taken("suspended"), "ledger in prod was suspended.", all]],
    [
      "suspended",
      { strangers: ["AKIA1", "AKIA2"], request: null },
      [
        ...["taken-away", "taken-away:it::suspended", ofIdentity],
        "ledger in prod was suspended for a key that nobody recorded, which is deleted: AKIA1, AKIA2.",
        all,
      ],
    ],
    ["rotated", {}, [...taken("rotated"), "ledger in prod was given a new credential.", all]],
    ["access-changed", {}, [...taken("access-changed"), "ledger in prod was given other access.", all]],
    [
      "retirement-started",
      { owner: null, endsIt: null },
      [
        ...taken("retirement-started"),
        "ledger in prod is being retired: disabled now, removed once its hold has passed.",
        [backup],
      ],
    ],
    ["retired", {}, ["ending", `ending:it:${request}:retired`, ofIdentity, "ledger in prod was removed.", all]],
    ["recorded", {}, null],
  ])("that is %s", (verb, change, expected) => expect(line(told(`identity.${verb}`, change))).toEqual(expected));

  test.each<[string, string | null, boolean]>([
    ["asked", "ledger has a question for its owner: is it still needed?", false],
    [
      "reopened",
      "ledger has its question again, since the request that the last answer came with ended without effect: is it still needed?",
      false,
    ],
    ["reminded", "ledger still waits for its owner's answer: is it still needed?", false],
    ["backup-asked", "ledger has not been answered for by its owner; its backup may answer now.", true],
    ["overdue", "ledger is overdue: nobody has said that it is still needed.", true],
    ["waiting", null, false],
  ])("whose question is %s", (verb, sentence, backed) => {
    const path = `/attestations?q=${identity}`;
    const expected = (people: readonly unknown[]) =>
      sentence === null ? null : ["question", `question:${identity}:3:${verb}`, path, sentence, people];
    expect(line(told(`question.${verb}`))).toEqual(expected(backed ? [owner, backup] : [owner]));
    expect(line(told(`question.${verb}`, { ownerLeft: true }))).toEqual(expected([owner, backup]));
  });

  test("that ends soon, once for each end", () => {
    const of = { identity: "i", name: "ledger", environment: "prod", endsAt: new Date("2026-12-01T10:00:00Z") };
    expect(line(endingNotices({ ...of, people: [owner, null, owner] }))).toEqual([
      ...["ending", "ending:i:2026-12-01T10:00:00.000Z", "/identities/i"],
      ...["ledger in prod ends on 2026-12-01. Renew it, or let it end.", [owner]],
    ]);
    expect(endingNotices({ ...of, people: [] })[0]?.about).toEqual({ actor: "System", at: null, people: [] });
  });
});

test.each<[string, string | null]>([
  ["invited", "ledger was invited to enrol a passkey."],
  ["enrolled", "ledger has a new passkey."],
  ["confirmed", "ledger has a passkey that was signed for and can be used now."],
  ["revoked", "ledger lost a passkey: it was revoked."],
  ["used", null],
])("of a passkey that is %s", (verb, sentence) => {
  expect(line(told(`passkey.${verb}`))).toEqual(
    sentence === null
      ? null
      : ["in-your-name", `in-your-name:passkey:it:${verb}`, "/settings", sentence, [requester, guard]],
  );
});

describe("in somebody's name", () => {
  test.each<[string, Partial<News>, string | null]>([
    ["request-version.sealed", {}, "The request for ledger in prod was sent in your name."],
    ["verdict.given", {}, "An approval was given in your name: the request for ledger in prod."],
    [
      "verdict.given",
      { verdict: "deny", kind: "renew" },
      "A denial was given in your name: the renewal of ledger in prod.",
    ],
    ["acceptance.given", {}, "Ownership of ledger in prod was accepted in your name."],
    ["acceptance.given", { requester: actor }, null],
    ["answer.given", {}, "The question about ledger in prod was answered in your name: keep."],
    [
      "answer.given",
      { answer: "x" },
      "The question about ledger in prod was answered in your name: something unknown.",
    ],
    ["comment.made", {}, "Less than was asked for was proposed in your name: the request for ledger in prod."],
    ["comment.made", { proposes: false }, null],
    ["comment.taken", {}, null],
    ["ask.made", {}, null],
    ["ask.made", { ask: "mute" }, "It was asked in your name to mute a finding about ledger."],
    ["ask.made", { ask: "mute", name: "" }, "It was asked in your name to mute a finding."],
    ["ask.made", { ask: "unmute", name: "" }, "It was asked in your name to show again a muted finding."],
    ["ask.made", { ask: "retry", name: "" }, "It was asked in your name to try again a step for a request."],
    ["ask.made", { ask: "check", name: "" }, "It was asked in your name to check a target."],
    ["ask.made", { ask: "revoke-key", name: "" }, "It was asked in your name to revoke a passkey of somebody."],
    ["ask.made", { ask: "invite-key", name: "" }, "It was asked in your name to invite somebody to enrol a passkey."],
    [
      "ask.made",
      { ask: "confirm-key", name: "" },
      "It was asked in your name to let a new passkey of somebody be used.",
    ],
    ["ask.made", { ask: "enrol-key" }, null],
  ])("%s with %j", (action, change, sentence) => {
    const [first, ...rest] = told(action, change);
    expect(first?.sentence ?? null).toBe(sentence);
    if (sentence === null) return;
    expect([first?.kind, first?.key]).toEqual(["in-your-name", `in-your-name:${action}:it`]);
    expect(rest.map(({ person }) => person)).toEqual([actor]);
  });
  test.each([
    ["mute", "/findings"],
    ["unmute", "/findings"],
    ["check", "/targets"],
    ["sign-bundle", "/policies"],
    ["revoke-key", "/settings"],
    ["invite-key", "/settings"],
    ["confirm-key", "/settings"],
    ["sign-link", "/settings"],
    ["withdraw", ofRequest],
    ["question", ofRequest],
  ] as const)("what is asked by %s is seen at %s", (ask, path) => {
    expect(told("ask.made", { ask })[0]?.path).toBe(path);
  });
  test("only where that is a person's; an answer is seen at its identity", () => {
    for (const nobody of ["", "System", "host", `x${actor}`])
      expect(told("verdict.given", { actor: nobody })).toEqual([]);
    expect(told("answer.given")[0]?.path).toBe(ofIdentity);
    expect(told("verdict.given")[0]?.path).toBe(ofRequest);
  });
});
