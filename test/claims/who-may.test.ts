import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accept } from "#lib/claims/acceptances/accept.ts";
import { answer } from "#lib/claims/answers/answer.ts";
import { check } from "#lib/claims/asks/check.ts";
import { endOverlap } from "#lib/claims/asks/end-overlap.ts";
import { retry } from "#lib/claims/asks/retry.ts";
import { takeBack } from "#lib/claims/asks/take-back.ts";
import { withdraw } from "#lib/claims/asks/withdraw.ts";
import { ask as remark } from "#lib/claims/comments/ask.ts";
import { askForLess } from "#lib/claims/comments/ask-for-less.ts";
import { discard } from "#lib/claims/drafts/discard.ts";
import { save } from "#lib/claims/drafts/save.ts";
import { chooseNotices } from "#lib/claims/preferences/choose-notices.ts";
import { askForChange } from "#lib/claims/requests/change.ts";
import { changeAccess } from "#lib/claims/requests/change-access.ts";
import { preview } from "#lib/claims/requests/preview.ts";
import { previewAccess } from "#lib/claims/requests/preview-access.ts";
import { submit } from "#lib/claims/requests/submit.ts";
import { takeOver } from "#lib/claims/requests/take-over.ts";
import type { ClaimContext } from "#lib/claims/run.ts";
import { endOwnSession } from "#lib/claims/sessions/end.ts";
import { decide } from "#lib/claims/verdicts/decide.ts";
import { forgetView } from "#lib/claims/views/forget.ts";
import { keepView } from "#lib/claims/views/keep.ts";
import { openWith } from "#lib/claims/views/open-with.ts";
import type { LaterKind } from "#lib/domain/change.ts";
import type { Outcome } from "#lib/domain/refusal.ts";
import { gatherEvidence } from "#lib/judgement/gather-evidence.ts";
import { ledgerAnswers } from "../facts/scenario.ts";
import { type ActorName, actors, type Cast, codeOf, gained, granted, inDays, openCast, type Rows } from "./cast.ts";

let cast: Cast;
beforeAll(async () => {
  cast = await openCast();
}, 60_000);
afterAll(() => cast.scenario.database.close());

interface Subject {
  readonly request: string;
  readonly version: number;
  readonly planDigest: string;
  readonly comment: string;
}
type Claim = (context: ClaimContext, subject: Subject) => Promise<Outcome<unknown>>;
interface Line {
  readonly claim: Claim;
  readonly allowed: readonly ActorName[];
  readonly notFound: readonly ActorName[];
  /** Rows that a claim which is allowed leaves; a refused one leaves a denied entry and nothing else. */
  readonly leaves: Rows;
  /** What is asked about one of these instead of a request that waits for approval. */
  readonly on?: keyof typeof others;
}

const others = {
  identity: () => cast.born(),
  "suspended identity": () => cast.suspended(),
  "questioned identity": () => cast.questioned(),
  "stuck request": () => cast.stuck(),
  "nothing yet": async () => randomUUID(),
  "shared view": async () => {
    const id = randomUUID();
    granted(await keepView(await cast.as(actors.requester), { id, ...ours, team: await payments() }));
    return id;
  },
};
const ours = { name: "Ours", query: "tile=unowned" };
const payments = async (): Promise<string> => (await cast.as(actors.sameTeam)).actor.teams[0] ?? "";
const inTeam: readonly ActorName[] = ["requester", "owner", "sameTeam"];
const everyone = Object.keys(actors) as ActorName[];
const but = (...some: ActorName[]): ActorName[] => everyone.filter((one) => !some.includes(one));
const seeing = but("otherTeam");
const verdict =
  (word: "approve" | "deny"): Claim =>
  (context, { request, version, planDigest }) =>
    decide(context, { request, version, planDigest, stage: 0, verdict: word, reason: "It reaches too far." });
const change =
  (kind: LaterKind, of: () => Promise<Record<string, string>>): Claim =>
  async (context, { request }) =>
    askForChange(context, { id: randomUUID(), identity: request, kind, change: await of() });
const edited = ledgerAnswers({ purpose: "Nightly ledger snapshots, kept for the auditors." });

const table: Readonly<Record<string, Line>> = {
  withdraw: {
    claim: withdraw,
    allowed: ["requester"],
    notFound: ["otherTeam"],
    leaves: { asks: 1, inbox: 1 },
  },
  "take back": {
    claim: takeBack,
    allowed: ["requester", "owner", "security", "security2", "operator"],
    notFound: ["otherTeam"],
    leaves: { asks: 1, inbox: 1 },
    on: "stuck request",
  },
  approve: {
    claim: verdict("approve"),
    allowed: ["security", "security2"],
    notFound: ["otherTeam"],
    leaves: { verdicts: 1, inbox: 1 },
  },
  deny: {
    claim: verdict("deny"),
    allowed: ["security", "security2"],
    notFound: ["otherTeam"],
    leaves: { verdicts: 1, inbox: 1 },
  },
  accept: {
    claim: accept,
    allowed: ["owner"],
    notFound: ["otherTeam"],
    leaves: { acceptances: 1, inbox: 1 },
  },
  answer: {
    claim: async (context, { request: identity }) => {
      const shown = (await gatherEvidence(cast.scenario.worker.db, [identity])).get(identity)?.evidence ?? {};
      const card = { identity, round: 1, shown };
      return answer(context, { cards: [card], answer: "keep", reason: "", request: null, to: null });
    },
    allowed: ["owner"],
    notFound: ["otherTeam"],
    leaves: { answers: 1, inbox: 1 },
    on: "questioned identity",
  },
  comment: {
    claim: (context, { request, version }) => remark(context, { request, version, text: "Which bucket is it?" }),
    allowed: seeing,
    notFound: ["otherTeam"],
    leaves: { comments: 1, inbox: 1 },
  },
  "ask for less": {
    claim: (context, { request, version }) =>
      askForLess(context, { request, version, text: "Shorter will do.", drop: [], endsAt: inDays(30) }),
    allowed: ["security", "security2"],
    notFound: ["otherTeam"],
    leaves: { comments: 1, inbox: 1 },
  },
  "take over": {
    claim: (context, { request, comment }) => takeOver(context, { request, comment }),
    allowed: ["requester"],
    notFound: ["otherTeam"],
    leaves: { versions: 1, inbox: 1 },
  },
  edit: {
    claim: async (context, { request }) => {
      const form = { id: request, answers: edited };
      const seen = await preview(context, form);
      return submit(context, { ...form, planDigest: "ok" in seen ? (seen.ok.planDigest ?? "") : "0".repeat(64) });
    },
    allowed: ["requester"],
    notFound: but("requester"),
    // Edited so that Jonas owns it himself: he accepts in the same click.
    leaves: { versions: 1, acceptances: 1, inbox: 2 },
  },
  "save a draft under the request's id": {
    claim: (context, { request }) => save(context, { id: request, answers: edited }),
    allowed: ["requester"],
    notFound: but("requester"),
    leaves: {},
  },
  "discard the draft": {
    claim: (context, { request }) => discard(context, { id: request }),
    allowed: ["requester"],
    notFound: but("requester"),
    leaves: { drafts: -1 },
  },
  "choose what reaches oneself": {
    claim: (context) => chooseNotices(context, { choice: { approval: "daily", "in-your-name": "never" } }),
    allowed: everyone,
    notFound: [],
    leaves: {},
  },
  "keep a view of one's own": {
    claim: (context, { request }) => keepView(context, { id: request, ...ours, team: null }),
    allowed: everyone,
    notFound: [],
    leaves: {},
    on: "nothing yet",
  },
  "share a view with the requester's team": {
    claim: async (context, { request }) => keepView(context, { id: request, ...ours, team: await payments() }),
    allowed: inTeam,
    notFound: [],
    leaves: {},
    on: "nothing yet",
  },
  "begin with a view that the requester shares": {
    claim: (context, { request }) => openWith(context, { view: request }),
    allowed: inTeam,
    notFound: but(...inTeam),
    leaves: {},
    on: "shared view",
  },
  "delete a view that the requester shares": {
    claim: (context, { request }) => forgetView(context, { id: request }),
    allowed: ["requester"],
    notFound: but("requester"),
    leaves: {},
    on: "shared view",
  },
  retry: {
    claim: async (context, { request }) => {
      const [step] = await cast.scenario.database.admin`select s.id from charter.steps s
        join charter.intents i on i.id = s.intent where i.request = ${request} and s.stuck_at is not null`;
      return retry(context, { step: String(step?.id) });
    },
    allowed: ["operator", "security", "security2"],
    notFound: [],
    leaves: { asks: 1, inbox: 1 },
    on: "stuck request",
  },
  "check a target": {
    claim: (context) => check(context, { name: "payments-aws" }),
    allowed: ["operator", "security", "security2"],
    notFound: [],
    leaves: { asks: 1, inbox: 1 },
  },
  "change access": {
    claim: async (context, { request }) => {
      const wanted = { instead: null, drop: ["s3:AbortMultipartUpload"], add: null };
      const input = { id: randomUUID(), identity: request, reason: "It needs less.", wanted };
      const seen = await previewAccess(context, input);
      const planDigest = "ok" in seen ? (seen.ok.planDigest ?? "") : "";
      return changeAccess(context, { ...input, planDigest });
    },
    allowed: ["owner", "backup", "security", "security2"],
    notFound: ["otherTeam"],
    leaves: { requests: 1, versions: 1, inbox: 1 },
    on: "identity",
  },
  renew: {
    claim: change("renew", async () => ({ endsAt: inDays(200) })),
    allowed: ["owner", "backup", "security", "security2"],
    notFound: ["otherTeam"],
    leaves: { requests: 1, versions: 1, inbox: 1 },
    on: "identity",
  },
  transfer: {
    claim: change("transfer", async () => ({ to: await cast.id("bea.same") })),
    allowed: ["owner", "backup", "security", "security2"],
    notFound: ["otherTeam"],
    leaves: { requests: 1, versions: 1, inbox: 1 },
    on: "identity",
  },
  suspend: {
    claim: change("suspend", async () => ({ reason: "Its key may have leaked." })),
    allowed: ["owner", "backup", "endsIt", "security", "security2"],
    notFound: ["otherTeam"],
    leaves: { requests: 1, versions: 1, inbox: 1 },
    on: "identity",
  },
  resume: {
    claim: change("resume", async () => ({ reason: "It was a false alarm." })),
    allowed: ["owner", "backup", "security", "security2"],
    notFound: ["otherTeam"],
    leaves: { requests: 1, versions: 1, inbox: 1 },
    on: "suspended identity",
  },
  retire: {
    claim: change("retire", async () => ({ reason: "The snapshots moved elsewhere." })),
    allowed: ["owner", "backup", "endsIt", "security", "security2"],
    notFound: ["otherTeam"],
    leaves: { requests: 1, versions: 1, inbox: 1 },
    on: "identity",
  },
};

async function subjectOf(line: Line): Promise<Subject> {
  if (line.on !== undefined) {
    return { request: await others[line.on](), version: 1, planDigest: "", comment: "" };
  }
  const asked = await cast.asked();
  // Settled drafts of earlier lines go with it, so that what a line leaves is its own.
  granted(await save(await cast.as(actors.requester), { id: asked.request, answers: edited }));
  const context = await cast.as(actors.security);
  const less = { text: "Shorter will do.", drop: [], endsAt: inDays(30) };
  if (line.claim === table["take over"]?.claim) granted(await askForLess(context, { ...asked, ...less }));
  const [row] = await cast.scenario.database.admin`select id from charter.comments where request = ${asked.request}`;
  return { ...asked, comment: row?.id ?? randomUUID() };
}

describe.each(Object.entries(table))("%s", (_name, line) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await subjectOf(line);
  }, 30_000);

  test.each(everyone.filter((actor) => !line.allowed.includes(actor)))(
    "is refused to %s, with an entry and nothing else",
    async (actor) => {
      const context = await cast.as(actors[actor]);
      const before = await cast.rows();
      const outcome = await line.claim(context, subject);
      expect(codeOf(outcome)).toBe(line.notFound.includes(actor) ? "not-found" : "forbidden");
      expect(gained(before, await cast.rows())).toEqual({ denied: 1 });
      const [entry] = await cast.scenario.database.admin`
      select actor, channel from charter.audit_entries where action = 'attempt.denied' order by at desc limit 1`;
      expect(entry).toEqual({ actor: context.actor.id, channel: "charter_web" });
    },
  );

  test.each(line.allowed)("is %s's", async (actor) => {
    const fresh = await subjectOf(line);
    const context = await cast.as(actors[actor]);
    const before = await cast.rows();
    expect(await line.claim(context, fresh)).toMatchObject({ ok: expect.toSatisfy(() => true) });
    expect(gained(before, await cast.rows())).toEqual(line.leaves);
    await cast.scenario.settle();
  });
});

describe("what replaces a credential, where there is none", () => {
  const may: readonly ActorName[] = ["owner", "backup", "security", "security2"];
  let identity: string;
  beforeAll(async () => {
    identity = await cast.born();
  }, 30_000);
  test.each(everyone)("is nothing to ask for: %s", async (actor) => {
    const code = may.includes(actor) ? "conflict" : actor === "otherTeam" ? "not-found" : "forbidden";
    const rotation = { id: randomUUID(), identity, kind: "rotate", change: { reason: "It may have leaked." } } as const;
    const before = await cast.rows();
    expect(codeOf(await askForChange(await cast.as(actors[actor]), rotation))).toBe(code);
    expect(codeOf(await endOverlap(await cast.as(actors[actor]), { identity }))).toBe(code);
    expect(gained(before, await cast.rows())).toEqual(code === "conflict" ? {} : { denied: 2 });
  });
});

describe("somebody else's session", () => {
  test("is not found; one's own ends once", async () => {
    const [mine, theirs] = [await cast.as(actors.requester), await cast.as(actors.security)];
    const before = await cast.rows();
    expect(codeOf(await endOwnSession(theirs, { id: mine.actor.session }))).toBe("not-found");
    expect(gained(before, await cast.rows())).toEqual({ denied: 1 });
    expect(await endOwnSession(mine, { id: mine.actor.session })).toEqual({ ok: null });
    expect(codeOf(await endOwnSession(mine, { id: mine.actor.session }))).toBe("not-found");
  });
});
