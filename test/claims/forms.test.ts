import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertVersion } from "#db/store/claims.ts";
import { ask as remark } from "#lib/claims/comments/ask.ts";
import { discard } from "#lib/claims/drafts/discard.ts";
import { save } from "#lib/claims/drafts/save.ts";
import { askForChange } from "#lib/claims/requests/change.ts";
import { preview } from "#lib/claims/requests/preview.ts";
import { submit } from "#lib/claims/requests/submit.ts";
import type { ClaimContext } from "#lib/claims/run.ts";
import { digest } from "#lib/digest/digest.ts";
import type { Answers } from "#lib/domain/answers.ts";
import { mostDrafts, mostRemarksAnHour } from "#lib/domain/caps.ts";
import { ledgerAnswers } from "../facts/scenario.ts";
import { actors, type Cast, codeOf, gained, granted, inDays, openCast } from "./cast.ts";

/** What is typed into a form: kept, answered, submitted once, and never taken for somebody else's. */
let cast: Cast;
let jonas: ClaimContext;
let olaf: ClaimContext;
beforeAll(async () => {
  cast = await openCast();
  jonas = await cast.as(actors.requester);
  olaf = await cast.as(actors.otherTeam);
}, 60_000);
afterAll(() => cast.scenario.database.close());

const formOf = (changes: Partial<Answers> = {}) => ({ id: randomUUID(), answers: ledgerAnswers(changes) });
async function seen(form: ReturnType<typeof formOf>, context = jonas) {
  return { ...form, planDigest: granted(await preview(context, form)).planDigest ?? "" };
}
const own = (more: object): Answers => ({ ...ledgerAnswers(), ...more });

describe("what no form sends", () => {
  test.each([
    ["a field that is not known", own({ state: "approved" }), "state"],
    ["an edit that is not known", own({ edits: { requester: randomUUID() } }), "edits.requester"],
    [
      "a field of another binding",
      own({ runs: { kind: "workload", runsOn: "batch-7", repository: "*" } }),
      "runs.repository",
    ],
    [
      "a parameter of no pack's name",
      own({ need: { pack: "write-bucket", parameters: { "b\0": "x" } } }),
      "need.parameters.b\0",
    ],
    ["a purpose with a NUL", own({ purpose: "Nightly\0 ledger snapshots." }), "purpose"],
    ["half a character", own({ purpose: "Nightly \uD800 snapshots." }), "purpose"],
    ["a purpose of 10 MB", own({ purpose: "a".repeat(10_000_000) }), "purpose"],
    ["a pasted policy of 20,001 characters", own({ need: { pasted: " ".repeat(20_001) } }), "need.pasted"],
    ["a list where text belongs", own({ purpose: ["a"] }), "purpose"],
    ["another prototype", own({ edits: JSON.parse('{"__proto__": {"name": "x"}}') }), "edits.__proto__"],
  ])(
    "%s is refused at its field, by preview, draft and submission, and leaves nothing",
    async (_what, answers, field) => {
      const form = { id: randomUUID(), answers };
      const before = await cast.rows();
      for (const outcome of [
        await preview(jonas, form),
        await save(jonas, form),
        await submit(jonas, { ...form, planDigest: "" }),
      ])
        expect(outcome).toMatchObject({ refusals: [{ code: "invalid", field }] });
      expect(gained(before, await cast.rows())).toEqual({});
    },
  );

  test.each([
    ["that turns around what is read", "Nightly \u202Esnapshots\u202C of it."],
    ["with a bell", "Nightly \u0007 ledger snapshots."],
    ["of 14 characters", "a".repeat(14)],
    ["of 501 characters", "a".repeat(501)],
  ])("a purpose %s is kept in the draft, told at its field and never submitted", async (_what, purpose) => {
    const form = formOf({ purpose });
    expect(await save(jonas, form)).toEqual({ ok: null });
    expect(granted(await preview(jonas, form))).toMatchObject({ plan: null, refusals: [{ field: "purpose" }] });
    const before = await cast.rows();
    expect(await submit(jonas, { ...form, planDigest: "" })).toMatchObject({ refusals: [{ field: "purpose" }] });
    expect(gained(before, await cast.rows())).toEqual({});
  });

  test.each([15, 500])("a purpose of %i characters is submitted", async (length) => {
    expect(codeOf(await submit(jonas, await seen(formOf({ purpose: "a".repeat(length) }))))).toBe("ok");
    await cast.scenario.settle();
  });
});

describe("a preview", () => {
  test("leaves no row, no entry and no draft, whoever asks for what", async () => {
    const form = formOf();
    const { request } = await cast.asked();
    const before = await cast.rows();
    expect(granted(await preview(jonas, form))).toMatchObject({ version: 1, decision: { outcome: "asks" } });
    expect(granted(await preview(jonas, { ...form, id: request }))).toMatchObject({ version: 2 });
    expect(codeOf(await preview(olaf, { ...form, id: request }))).toBe("not-found");
    expect(granted(await preview({ ...jonas, actor: { ...jonas.actor, readOnly: true } }, form)).version).toBe(1);
    expect(gained(before, await cast.rows())).toEqual({});
  });

  test("says what cannot be read as not offered, and takes nothing else down", async () => {
    const { admin } = cast.scenario.database;
    const spoil = (kind: string, id: string, content: object) =>
      admin.begin(async (tx) => {
        await tx`alter table charter.blueprints disable trigger user`;
        await tx`update charter.blueprints set content = ${tx.json({ ...content })} where kind = ${kind} and id = ${id}`;
        await tx`alter table charter.blueprints enable trigger user`;
      });
    for (const [kind, id, field] of [
      ["reach-pack", "write-bucket", "need"],
      ["blueprint", "aws-role-ci-pipeline", "blueprint"],
    ] as const) {
      const [row] = await admin`select content from charter.blueprints where kind = ${kind} and id = ${id}`;
      await spoil(kind, id, { title: "of another version" });
      const outcome = await preview(jonas, formOf());
      await spoil(kind, id, row?.content);
      const refusals = "ok" in outcome ? outcome.ok.refusals : outcome.refusals;
      expect(refusals.map((one) => one.field)).toContain(field);
    }
  });
});

describe("somebody else's id", () => {
  test("of a draft or a request is not found, and tells nothing of whose it is", async () => {
    const draft = formOf();
    granted(await save(jonas, draft));
    const { request } = await cast.asked();
    const unused = randomUUID();
    for (const id of [draft.id, request]) {
      const form = { id, answers: ledgerAnswers() };
      expect(codeOf(await save(olaf, form))).toBe("not-found");
      expect(codeOf(await submit(olaf, { ...form, planDigest: "0".repeat(64) }))).toBe("not-found");
      expect(codeOf(await discard(olaf, { id }))).toBe("not-found");
    }
    expect(await discard(olaf, { id: draft.id })).toEqual(await discard(olaf, { id: unused }));
    expect(await discard(jonas, { id: draft.id })).toEqual({ ok: null });
  });

  test("is no way into a change either, nor is one's own request of another kind", async () => {
    const [identity, asked] = [await cast.born(), await cast.asked()];
    const amara = await cast.as(actors.owner);
    const change = { identity, kind: "renew", change: { endsAt: inDays(200) } } as const;
    const draft = formOf();
    granted(await save(jonas, draft));
    const before = await cast.rows();
    for (const id of [asked.request, draft.id, identity])
      expect(codeOf(await askForChange(amara, { ...change, id }))).toBe("not-found");
    expect(gained(before, await cast.rows())).toEqual({ denied: 3 });
    const id = randomUUID();
    const sent = await Promise.all(Array.from({ length: 30 }, () => askForChange(amara, { ...change, id })));
    expect(new Set(sent.map(codeOf))).toEqual(new Set(["ok"]));
    expect(codeOf(await askForChange(amara, { ...change, id, change: { endsAt: inDays(201) } }))).toBe("conflict");
    expect(codeOf(await askForChange(amara, { ...change, id: randomUUID() }))).toBe("ok");
    expect(gained(before, await cast.rows())).toMatchObject({ requests: 2, versions: 2 });
    await cast.scenario.settle();
    expect(codeOf(await askForChange(amara, { ...change, id: randomUUID() }))).toBe("conflict");
    expect(codeOf(await submit(amara, { id, answers: ledgerAnswers(), planDigest: "0".repeat(64) }))).toBe("not-found");
    const typed = await cast.scenario.database.admin`
      select origins -> 'endsAt' ->> 'how' as end, origins -> 'owner' ->> 'how' as owner from charter.request_versions where request = ${id}`;
    expect(typed).toEqual([{ end: "typed", owner: "inferred" }]);
  });
});

describe("a form submitted", () => {
  test("200 times at once is one request with one version, one acceptance and its draft", async () => {
    const form = await seen(formOf({ purpose: "Nightly ledger snapshots, two hundred times." }));
    const before = await cast.rows();
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => submit(jonas, form)));
    expect(new Set(outcomes.map(codeOf))).toEqual(new Set(["ok"]));
    expect(gained(before, await cast.rows())).toEqual({
      requests: 1,
      versions: 1,
      acceptances: 1,
      inbox: 2,
      drafts: 1,
    });
    await cast.scenario.settle();
    expect(await submit(jonas, form)).toEqual({ ok: { id: form.id } });
  });

  test("beside 63 others at once is 64 requests", async () => {
    const forms = await Promise.all(
      Array.from({ length: 64 }, (_, i) => seen(formOf({ edits: { name: `ledger-${i}` } }))),
    );
    const before = await cast.rows();
    const outcomes = await Promise.all(forms.map((form) => submit(jonas, form)));
    expect(new Set(outcomes.map(codeOf))).toEqual(new Set(["ok"]));
    expect(gained(before, await cast.rows())).toMatchObject({ requests: 64, versions: 64 });
  });

  test("from two tabs with different answers: one is sealed, the other is told", async () => {
    const first = await seen(formOf());
    const second = { ...first, answers: own({ edits: { backup: { person: await cast.id(actors.backup) } } }) };
    expect((await seen(second)).planDigest).toBe(first.planDigest);
    const outcomes = await Promise.all([submit(jonas, first), submit(jonas, second)]);
    expect(outcomes.map(codeOf).toSorted()).toEqual(["conflict", "ok"]);
    await cast.scenario.settle();
    expect(codeOf(await submit(jonas, second))).toBe(codeOf(outcomes[1] ?? { ok: null }));
  });

  test("with a plan that is not the one shown is refused", async () => {
    const form = await seen(formOf());
    expect(codeOf(await submit(jonas, { ...form, planDigest: "0".repeat(64) }))).toBe("conflict");
    const other = { ...form, answers: own({ need: { pack: "write-bucket", parameters: { bucket: "other" } } }) };
    expect(codeOf(await submit(jonas, other))).toBe("conflict");
  });

  test("whose draft a settled request has left behind is neither kept nor submitted", async () => {
    const request = await cast.born();
    const form = { id: request, answers: ledgerAnswers() };
    expect(codeOf(await save(jonas, form))).toBe("conflict");
    expect(codeOf(await submit(jonas, { ...form, planDigest: "0".repeat(64) }))).toBe("conflict");
  });

  test("in a session for reading is refused, and nothing is kept", async () => {
    const reading = { ...jonas, actor: { ...jonas.actor, readOnly: true } };
    const form = await seen(formOf());
    const before = await cast.rows();
    for (const outcome of [await submit(reading, form), await save(reading, form)])
      expect(codeOf(outcome)).toBe("forbidden");
    expect(gained(before, await cast.rows())).toEqual({ denied: 2 });
  });
});

test("a charter forged past its blueprint's guard rails is refused by the worker", async () => {
  const form = await seen(formOf());
  granted(await submit(jonas, form));
  await cast.scenario.settle();
  const { admin, web } = cast.scenario.database;
  const [row] = await admin`select charter, origins from charter.request_versions where request = ${form.id}`;
  const forge = async (version: number, changes: object) => {
    const charter = { ...row?.charter, ...changes };
    const sealed = { charter, origins: row?.origins, change: {} };
    await insertVersion(web, {
      ...sealed,
      request: form.id,
      version,
      digest: digest(sealed),
      planDigest: "",
      person: jonas.actor.id,
    });
    await cast.scenario.settle();
    const [outcome] = await cast.scenario.worker.db.execute<{ result: string; refusals: { field: string }[] }>(
      sql`select result, refusals from charter.outcomes where claim = 'request_versions' and subject = ${`${form.id}/${version}`}`,
    );
    return { result: outcome?.result, fields: outcome?.refusals.map(({ field }) => field) };
  };
  const rotation = { everyDays: 90, riskAnalysis: "RA-118" };
  expect(await forge(2, { credential: "platform-native" })).toMatchObject({
    result: "refused",
    fields: ["credential"],
  });
  expect(await forge(3, { rotation })).toMatchObject({ result: "refused", fields: ["rotation"] });
  expect(await forge(4, { blueprint: "aws-user-access-key" })).toMatchObject({
    result: "refused",
    fields: ["credential", "rotation"],
  });
});

test("a target whose published settings this version cannot read is refused in words, and others are offered all the same", async () => {
  const publish = (settings: object) =>
    cast.scenario.database.admin.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`update charter.targets set settings = ${tx.json(settings as never)} where name = 'payments-aws'`;
    });
  const [row] = await cast.scenario.database.admin`select settings from charter.targets where name = 'payments-aws'`;
  await publish({ region: 7 });
  const refused = granted(await preview(jonas, formOf())).refusals;
  const other = granted(await preview(jonas, formOf({ edits: { target: "data-aws" } }))).refusals;
  await publish(row?.settings as object);
  expect(refused).toMatchObject([
    { code: "invalid", field: "target", sentence: expect.stringContaining("cannot read") },
  ]);
  expect(other.filter(({ field }) => field === "target")).toEqual([]);
});

test("a person keeps 50 drafts and no more, and may change those", async () => {
  const bea = await cast.as(actors.sameTeam);
  const forms = Array.from({ length: mostDrafts }, () => formOf());
  for (const form of forms) granted(await save(bea, form));
  const before = await cast.rows();
  expect(await Promise.all([save(bea, formOf()), save(bea, formOf())])).toMatchObject([
    { refusals: [{ code: "conflict", mend: "Submit or discard one first." }] },
    { refusals: [{ code: "conflict" }] },
  ]);
  const [kept] = forms;
  expect(kept && (await save(bea, kept))).toEqual({ ok: null });
  expect(gained(before, await cast.rows())).toEqual({});
  granted(await discard(bea, { id: kept?.id ?? "" }));
  const both = await Promise.all([save(bea, formOf()), save(bea, formOf())]);
  expect(both.map(codeOf).sort()).toEqual(["conflict", "ok"]);
});

test("a person says 30 things an hour on one request and no more; others, elsewhere and later may", async () => {
  const asked = await cast.asked();
  const says = (text: string, about = asked, context = jonas) => remark(context, { ...about, text });
  for (let n = 1; n <= mostRemarksAnHour; n += 1) granted(await says(`Number ${n}.`));
  const before = await cast.rows();
  expect(codeOf(await says("One more."))).toBe("conflict");
  expect(await says(`Number ${mostRemarksAnHour}.`)).toEqual({ ok: null });
  expect(gained(before, await cast.rows())).toEqual({});
  expect(await says("Mine.", asked, await cast.as(actors.owner))).toEqual({ ok: null });
  expect(await says("There.", await cast.asked())).toEqual({ ok: null });
  await cast.scenario.database.setClock("61 minutes");
  expect(await says("Later.")).toEqual({ ok: null });
  await cast.scenario.database.setClock("0");
});
