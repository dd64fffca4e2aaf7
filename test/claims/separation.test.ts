import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readQueue } from "#db/read/approvals.ts";
import { insertSession } from "#db/store/claims.ts";
import { accept } from "#lib/claims/acceptances/accept.ts";
import { withdraw } from "#lib/claims/asks/withdraw.ts";
import { ask as remark } from "#lib/claims/comments/ask.ts";
import { askForLess } from "#lib/claims/comments/ask-for-less.ts";
import { preview } from "#lib/claims/requests/preview.ts";
import { submit } from "#lib/claims/requests/submit.ts";
import { takeOver } from "#lib/claims/requests/take-over.ts";
import type { ClaimContext } from "#lib/claims/run.ts";
import { decide, type VerdictInput } from "#lib/claims/verdicts/decide.ts";
import { NotYet } from "#lib/facts/answer.ts";
import { takeAsk } from "#lib/facts/asks/take.ts";
import { type FactContext, runFact, system } from "#lib/facts/run.ts";
import { ask, ledgerAnswers } from "../facts/scenario.ts";
import { actors, type Cast, codeOf, deactivate, gained, granted, inDays, linkSecondLogin, openCast } from "./cast.ts";

/** Who asks never decides; what is decided is exactly what was seen; what is clicked twice happens once. */
let cast: Cast;
beforeAll(async () => {
  cast = await openCast();
}, 60_000);
afterAll(() => cast.scenario.database.close());

type Asked = Awaited<ReturnType<Cast["asked"]>>;
const approval = (asked: Asked, changes: Partial<VerdictInput> = {}): VerdictInput => ({
  ...{ ...asked, stage: 0, verdict: "approve", reason: "" },
  ...changes,
});
const standing = async (request: string) => (await cast.scenario.state(request))?.state;
const sentenceOf = (outcome: Awaited<ReturnType<typeof decide>>) =>
  "refusals" in outcome ? outcome.refusals[0].sentence : "";

describe("a verdict", () => {
  let asked: Asked;
  let mara: ClaimContext;
  beforeAll(async () => {
    asked = await cast.asked();
    mara = await cast.as(actors.security);
  });

  test.each([
    ["on a version before", { version: 0 }, "conflict"],
    ["on a version to come", { version: 2 }, "conflict"],
    ["on another plan", { planDigest: "0".repeat(64) }, "conflict"],
    ["on a stage nobody asked for", { stage: 1 }, "not-found"],
    ["that denies without a reason", { verdict: "deny" }, "invalid"],
    ["that denies with too short a reason", { verdict: "deny", reason: " no " }, "invalid"],
    ["whose reason turns around what is read", { verdict: "deny", reason: "It is \u202Eevil\u202C." }, "invalid"],
    ["whose reason holds a NUL", { reason: "fine\0" }, "invalid"],
    ["whose reason is 10 MB", { reason: "a".repeat(10_000_000) }, "invalid"],
    ["whose reason has 2,001 characters", { reason: "a".repeat(2001) }, "invalid"],
  ] satisfies [string, Partial<VerdictInput>, string][])("%s is refused", async (_what, changes, code) => {
    const before = await cast.rows();
    expect(codeOf(await decide(mara, approval(asked, changes)))).toBe(code);
    expect(gained(before, await cast.rows())).toEqual(code === "not-found" ? { denied: 1 } : {});
  });

  test("of a role proved more than 12 hours ago is refused, though the session is open", async () => {
    await cast.scenario.database.setClock("0");
    const { admin } = cast.scenario.database;
    const tomas = await cast.as(actors.security2);
    await admin`alter table charter.person_roles disable trigger user`;
    await admin`update charter.person_roles set verified_at = verified_at - interval '12 hours 1 second' where person = ${tomas.actor.id}`;
    const outcome = await decide(tomas, approval(asked));
    await admin`update charter.person_roles set verified_at = clock_timestamp() where person = ${tomas.actor.id}`;
    await admin`alter table charter.person_roles enable trigger user`;
    expect(sentenceOf(outcome)).toContain("12 hours");
  });

  test("with 2,000 characters counts; given 50 times at once it is one row, given otherwise it is refused", async () => {
    const once = approval(asked, { reason: "a".repeat(2000) });
    const before = await cast.rows();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => decide(mara, once)));
    expect(outcomes).toEqual(Array.from({ length: 50 }, () => ({ ok: null })));
    expect(gained(before, await cast.rows())).toEqual({ verdicts: 1, inbox: 1 });
    expect(codeOf(await decide(mara, { ...once, verdict: "deny", reason: "I changed my mind." }))).toBe("conflict");
    await cast.scenario.settle();
    expect(await decide(mara, once)).toEqual({ ok: null });
    expect(gained(before, await cast.rows())).toEqual({ verdicts: 1 });
  });

  test("of two approvers at once counts twice and approves once", async () => {
    const fresh = await cast.asked();
    const both = await Promise.all([
      decide(mara, approval(fresh)),
      decide(await cast.as(actors.security2), approval(fresh)),
    ]);
    expect(both).toEqual([{ ok: null }, { ok: null }]);
    await cast.scenario.settle();
    expect(await standing(fresh.request)).toBe("awaiting-acceptance");
    expect(codeOf(await decide(mara, approval({ ...fresh, version: 2 })))).toBe("conflict");
  });
});

describe("an owner's acceptance", () => {
  test("of something else than was seen is refused; given twice it is one, before and after a worker took it", async () => {
    const asked = await cast.asked();
    const amara = await cast.as(actors.owner);
    expect(codeOf(await accept(amara, { ...asked, version: 2 }))).toBe("conflict");
    expect(codeOf(await accept(amara, { ...asked, planDigest: "0".repeat(64) }))).toBe("conflict");
    const before = await cast.rows();
    expect(await Promise.all([accept(amara, asked), accept(amara, asked)])).toEqual([{ ok: null }, { ok: null }]);
    await cast.scenario.settle();
    expect(await accept(amara, asked)).toEqual({ ok: null });
    expect(gained(before, await cast.rows())).toEqual({ acceptances: 1 });
  });
});

describe("asking for less", () => {
  test("never means more or nothing, and is taken over once", async () => {
    const asked = await cast.asked();
    const [mara, jonas] = [await cast.as(actors.security), await cast.as(actors.requester)];
    const less = { ...asked, text: "Shorter will do.", drop: [], endsAt: inDays(30) };
    for (const wrong of [
      { endsAt: inDays(61) },
      { endsAt: null },
      { endsAt: inDays(60) },
      { endsAt: "2026-01-01" },
      { drop: ["nothing:Known"] },
      { drop: ["nothing:Known"], endsAt: null },
    ])
      expect(codeOf(await askForLess(mara, { ...less, ...wrong })), JSON.stringify(wrong)).toBe("invalid");
    expect(codeOf(await askForLess(mara, { ...less, text: "a".repeat(10_000_000) }))).toBe("invalid");
    expect(codeOf(await askForLess(mara, { ...less, version: 2 }))).toBe("conflict");
    const before = await cast.rows();
    await Promise.all([askForLess(mara, less), askForLess(mara, less)]);
    expect(gained(before, await cast.rows())).toEqual({ comments: 1, inbox: 1 });
    await cast.scenario.settle();
    const [row] = await cast.scenario.database.admin`select id from charter.comments where request = ${asked.request}`;
    const taking = { request: asked.request, comment: String(row?.id) };
    expect(codeOf(await takeOver(jonas, { ...taking, comment: randomUUID() }))).toBe("not-found");
    expect(codeOf(await takeOver(jonas, { ...taking, request: (await cast.asked()).request }))).toBe("not-found");
    expect(await Promise.all([takeOver(jonas, taking), takeOver(jonas, taking)])).toEqual([{ ok: null }, { ok: null }]);
    await cast.scenario.settle();
    expect(await takeOver(jonas, taking)).toEqual({ ok: null });
    expect(await cast.scenario.state(asked.request)).toMatchObject({ state: "awaiting-approval", requestVersion: 2 });
    const [sealed] = await cast.scenario.database.admin`
      select charter ->> 'endsAt' as ends, origins -> 'endsAt' ->> 'from' as asked from charter.request_versions where request = ${asked.request} and version = 2`;
    expect(sealed).toEqual({ ends: inDays(30), asked: "less, asked by Mara Lind" });
    expect(codeOf(await decide(mara, approval(asked)))).toBe("conflict");
  });

  test("what could not be submitted is not proposed, and is refused at its field in the words of a submission", async () => {
    const asked = await cast.asked();
    const mara = await cast.as(actors.security);
    const less = { ...asked, text: "Shorter will do.", drop: [], endsAt: inDays(30) };
    const before = await cast.rows();
    const dropped = await cast.scenario.database.admin<{ action: string }[]>`
      select action from charter.request_states, jsonb_array_elements(reach -> 'services') s, jsonb_each(s -> 'levels') l,
        jsonb_array_elements_text(l.value) action where request = ${asked.request}`;
    const all = dropped.map(({ action }) => action);
    expect(await askForLess(mara, { ...less, endsAt: inDays(-1) })).toMatchObject({
      refusals: [{ code: "invalid", field: "endsAt" }],
    });
    expect(await askForLess(mara, { ...less, drop: all })).toMatchObject({ refusals: [{ field: "drop" }] });
    const offer = (is: boolean) =>
      cast.scenario.database.admin.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx`update charter.blueprints set configured = ${is}`;
      });
    await offer(false);
    expect(await askForLess(mara, less)).toMatchObject({ refusals: [{ field: "blueprint" }] });
    await offer(true);
    expect(gained(before, await cast.rows())).toEqual({});
    expect(await askForLess(mara, less)).toEqual({ ok: null });
  });

  test("an edit after taking over begins with the narrower version, not with what it replaced", async () => {
    const asked = await cast.asked();
    const [mara, jonas] = [await cast.as(actors.security), await cast.as(actors.requester)];
    const draft = async () =>
      (
        await cast.scenario.database.admin`
          select content -> 'edits' ->> 'endsAt' as ends, content -> 'need' as need from charter.drafts where id = ${asked.request}`
      )[0];
    const before = await draft();
    expect(before?.ends).not.toBe(inDays(30));
    granted(await askForLess(mara, { ...asked, text: "Shorter will do.", drop: [], endsAt: inDays(30) }));
    const [row] = await cast.scenario.database.admin`select id from charter.comments where request = ${asked.request}`;
    granted(await takeOver(jonas, { request: asked.request, comment: String(row?.id) }));
    expect(await draft()).toEqual({ ends: inDays(30), need: before?.need });
  });

  test("what was proposed on an older version cannot be taken over any more", async () => {
    const asked = await cast.asked();
    const [mara, jonas] = [await cast.as(actors.security), await cast.as(actors.requester)];
    granted(await askForLess(mara, { ...asked, text: "Shorter will do.", drop: [], endsAt: inDays(30) }));
    await edit(jonas, asked.request, "Nightly ledger snapshots, for somebody else.");
    const [row] = await cast.scenario.database.admin`select id from charter.comments where request = ${asked.request}`;
    expect(codeOf(await takeOver(jonas, { request: asked.request, comment: String(row?.id) }))).toBe("conflict");
  });
});

async function edit(context: ClaimContext, id: string, purpose: string) {
  const form = { id, answers: ledgerAnswers({ purpose }) };
  const { planDigest } = granted(await preview(context, form));
  return submit(context, { ...form, planDigest: planDigest ?? "" });
}

test("an edit and an approval at the same moment: the approval counts for its version or for none", async () => {
  for (let round = 0; round < 6; round++) {
    const asked = await cast.asked();
    const [mara, tomas, jonas] = [
      await cast.as(actors.security),
      await cast.as(actors.security2),
      await cast.as(actors.requester),
    ];
    granted(await decide(tomas, approval(asked)));
    const [approved, edited] = await Promise.all([
      decide(mara, approval(asked)),
      edit(jonas, asked.request, `Nightly ledger snapshots, told again in round ${round}.`),
    ]);
    expect([codeOf(approved), codeOf(edited)]).toEqual(["ok", "ok"]);
    await cast.scenario.settle();
    expect(await cast.scenario.state(asked.request)).toMatchObject({ state: "awaiting-approval", requestVersion: 2 });
    expect(codeOf(await decide(mara, approval(asked)))).toBe("conflict");
  }
}, 30_000);

test("a remark is refused when empty, hidden or on no version; said twice in a row it is said once", async () => {
  const asked = await cast.asked();
  const bea = await cast.as(actors.sameTeam);
  const say = (text: string, version = 1) => remark(bea, { request: asked.request, version, text });
  for (const text of [" \n ", "a\0b", "\u202Eabc", "a".repeat(2001), "a".repeat(10_000_000), "\uD800"])
    expect(codeOf(await say(text))).toBe("invalid");
  expect(codeOf(await say("Which bucket?", 2))).toBe("not-found");
  const before = await cast.rows();
  await Promise.all(Array.from({ length: 20 }, () => say("Which\n bucket?")));
  await say("Which one?");
  await say("Which bucket?");
  expect(gained(before, await cast.rows())).toEqual({ comments: 3, inbox: 3 });
});

test("withdrawn is withdrawn once, however often it is clicked", async () => {
  const asked = await cast.asked();
  const jonas = await cast.as(actors.requester);
  const before = await cast.rows();
  await Promise.all(Array.from({ length: 20 }, () => withdraw(jonas, asked)));
  await cast.scenario.settle();
  expect(await withdraw(jonas, asked)).toEqual({ ok: null });
  expect(gained(before, await cast.rows())).toEqual({ asks: 1 });
  expect(await standing(asked.request)).toBe("withdrawn");
  expect(codeOf(await decide(await cast.as(actors.security), approval(asked)))).toBe("conflict");
});

test("withdrawn before any worker has received it: the ask waits for the request, and then takes it back", async () => {
  const jonas = await cast.as(actors.requester);
  const request = await ask(cast.scenario, "jonas.kern", ledgerAnswers({ edits: { name: "ledger-too-soon" } }));
  granted(await withdraw(jonas, { request }));
  const [row] = await cast.scenario.database.admin`select id from charter.asks where subject = ${request}`;
  const id = String(row?.id);
  const { db, newId, installation } = cast.scenario.worker;
  const context: FactContext = { db, newId, actor: system, subject: { noun: "ask", id } };
  await expect(runFact(context, takeAsk, { ask: id, installation })).rejects.toThrow(NotYet);
  await cast.scenario.settle();
  expect(await standing(request)).toBe("withdrawn");
});

describe("nobody decides what they asked for", () => {
  test("a requester who holds security", async () => {
    const asking = await cast.as(actors.security);
    const { request } = { request: await ask(cast.scenario, "mara.lind", ledgerAnswers()) };
    await cast.scenario.settle();
    const [row] = await cast.scenario.database.admin`
      select request_version as version, plan_digest as digest from charter.request_states where request = ${request}`;
    const own = { request, version: Number(row?.version), planDigest: String(row?.digest) };
    expect(sentenceOf(await decide(asking, approval(own)))).toBe("Nobody approves what they asked for.");
    expect(codeOf(await askForLess(asking, { ...own, text: "Less of it.", drop: [], endsAt: inDays(3) }))).toBe(
      "forbidden",
    );
    expect(await decide(await cast.as(actors.security2), approval(own))).toEqual({ ok: null });
  });

  test("an owner who holds security, whoever asked", async () => {
    const edits = { owner: await cast.id(actors.security2) };
    const request = await ask(cast.scenario, "jonas.kern", ledgerAnswers({ edits }));
    await cast.scenario.settle();
    const [row] = await cast.scenario.database.admin`
      select request_version as version, plan_digest as digest from charter.request_states where request = ${request}`;
    const seen = { request, version: Number(row?.version), planDigest: String(row?.digest) };
    const [mara, tomas] = [await cast.as(actors.security), await cast.as(actors.security2)];
    expect(sentenceOf(await decide(tomas, approval(seen)))).toBe("Nobody approves what they own or would own.");
    const queue = async ({ db, actor }: ClaimContext) => (await readQueue(db, actor)).map(({ id }) => id);
    expect(await queue(tomas)).not.toContain(request);
    expect(await queue(mara)).toContain(request);
    expect(await decide(mara, approval(seen))).toEqual({ ok: null });
    expect(await queue(mara)).not.toContain(request);
  });

  test("a requester's second login, which holds security, once it is linked", async () => {
    const asked = await cast.asked();
    await linkSecondLogin(cast.scenario);
    const second = await cast.as("jonas.second");
    expect(second.actor).toMatchObject({ id: await cast.id(actors.requester), roles: ["security"] });
    expect(sentenceOf(await decide(second, approval(asked)))).toBe("Nobody approves what they asked for.");
    expect(await decide(await cast.as(actors.security), approval(asked))).toEqual({ ok: null });
  });

  test("an owner's login that by now counts as an approver; it accepts all the same", async () => {
    const asked = await cast.asked();
    const { admin } = cast.scenario.database;
    const [owner, tomas] = [await cast.id(actors.owner), await cast.id(actors.security2)];
    const counts = (as: string) =>
      admin.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx`update charter.people set canonical = ${as} where id = ${owner}`;
      });
    await counts(tomas);
    try {
      await asBoth(asked, tomas);
    } finally {
      await counts(owner);
    }
  });

  async function asBoth(asked: Asked, tomas: string): Promise<void> {
    const both = await cast.as(actors.owner);
    expect(both.actor).toMatchObject({ id: tomas, roles: ["security"] });
    expect(sentenceOf(await decide(both, approval(asked)))).toBe("Nobody approves what they own or would own.");
    expect(await accept(both, asked)).toEqual({ ok: null });
    await cast.scenario.settle();
    const [state] = await cast.scenario.database.admin`
      select accepter from charter.request_states where request = ${asked.request}`;
    expect(state).toEqual({ accepter: null });
  }
});

describe("a session", () => {
  test("opened while no worker could verify it reads and does nothing else", async () => {
    const asked = await cast.asked();
    const mara = await cast.as(actors.security);
    const reading = { ...mara, actor: { ...mara.actor, readOnly: true } };
    const before = await cast.rows();
    expect(codeOf(await decide(reading, approval(asked)))).toBe("forbidden");
    expect(codeOf(await withdraw(reading, asked))).toBe("forbidden");
    expect(gained(before, await cast.rows())).toEqual({ denied: 2 });
  });

  test("of somebody who left does not count, and what they still send is refused", async () => {
    const gone = await cast.as("dora.gone");
    await deactivate(cast.scenario, "dora.gone");
    await expect(cast.as("dora.gone")).rejects.toThrow("no session that counts");
    const session = randomUUID();
    await insertSession(gone.db, { id: session, person: gone.actor.id, readOnly: false, userAgent: "" });
    const asked = await cast.asked();
    const late = { ...gone, actor: { ...gone.actor, roles: ["security"] as const } };
    expect(codeOf(await decide(late, approval(asked)))).toBe("forbidden");
  });
});
