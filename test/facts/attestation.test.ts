import { createPublicKey, randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readOutcome } from "#db/store/inbox.ts";
import { attestationLine, whyNotAttestation } from "#lib/audit/attestation.ts";
import { type AnswerInput, answer, type Card } from "#lib/claims/answers/answer.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { finishIntent } from "#lib/facts/intents/finish.ts";
import { runFact, system } from "#lib/facts/run.ts";
import { gatherEvidence } from "#lib/judgement/gather-evidence.ts";
import { passQuestions, planQuestions } from "#lib/worker/attestations.ts";
import { ask, judge, ledgerAnswers, openScenario, type Scenario } from "./scenario.ts";

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
  for (const person of ["mara.lind", "tomas.vidal"]) await scenario.signIn(person, ["security"]);
  for (const person of ["jonas.kern", "amara.obi", "priya.shah"]) await scenario.signIn(person);
});
afterAll(() => scenario.database.close());
afterEach(() => scenario.database.setClock("0"));

/** An identity of Amara's that lives, with its question planned. */
async function born(bucket = "ledger-snapshots"): Promise<string> {
  const need = { pack: "write-bucket", parameters: { bucket } };
  const id = await ask(scenario, "amara.obi", ledgerAnswers({ need }));
  await scenario.settle();
  for (const person of ["mara.lind", "tomas.vidal"]) {
    if ((await scenario.state(id))?.state !== "awaiting-approval") break;
    await judge(scenario, person, id);
    await scenario.settle();
  }
  await commitLastStep(id);
  await planQuestions(scenario.worker);
  return id;
}
/** Stands in for the saga: the last step of the request's intent commits. */
async function commitLastStep(request: string): Promise<void> {
  const { db } = scenario.worker;
  const [row] = await db.execute<{ id: string }>(sql`select id from charter.intents where request = ${request}::uuid`);
  const context = { db, newId: randomUUID, actor: system, subject: { noun: "intent", id: row?.id ?? "" } } as const;
  await runFact<string, null>(
    context,
    async (work, id) => {
      const [first, ...rest] = await finishIntent(work, id);
      if (first === undefined) throw new Error("Nothing moved.");
      return { ok: await work.record(null, first, ...rest) };
    },
    row?.id ?? "",
  );
}
/** Moves the clock to so many days after now and lets time do what it does. */
async function skipTo(days: number): Promise<void> {
  await scenario.database.setClock(`${days} days`);
  await passQuestions(scenario.worker);
}
const question = async (identity: string) => {
  const [row] = await scenario.worker.db.execute<{
    stage: string;
    round: number;
    request: string | null;
    due: number;
  }>(sql`
    select stage, round, request, round(extract(epoch from due_at - charter.clock()) / 86400)::int as due
    from charter.questions where identity = ${identity}::uuid`);
  return row;
};
const card = async (identity: string): Promise<Card> => {
  const gathered = (await gatherEvidence(scenario.worker.db, [identity])).get(identity);
  if (gathered === undefined) throw new Error("It has no evidence.");
  return { identity, round: (await question(identity))?.round ?? 0, shown: gathered.evidence };
};
const keep = (first: Card, ...rest: Card[]): AnswerInput => ({
  ...{ cards: [first, ...rest], answer: "keep", reason: "", request: null, to: null },
});
const say = (person: string, input: AnswerInput) => answer(scenario.as(person), input);
const sentence = (outcome: Awaited<ReturnType<typeof say>>) =>
  "refusals" in outcome ? `${outcome.refusals[0].code}: ${outcome.refusals[0].sentence}` : "said";
const attested = async (identity: string) =>
  (
    await scenario.worker.db.execute<{
      answer: string;
      standing: string;
      statement: JsonObject;
      signature: string;
    }>(sql`
      select answer, standing, statement, signature from charter.attestations where identity = ${identity}::uuid order by round`)
  ).map((row) => row);

describe("a question", () => {
  test("is planned once for what lives, by policy, and asked, reminded, handed to the backup and overdue by the clock", async () => {
    const identity = await born();
    expect(await planQuestions(scenario.worker)).toBe(0);
    expect(await question(identity)).toMatchObject({ stage: "waiting", round: 1, due: 182 });
    const stages: (string | undefined)[] = [];
    for (const days of [167, 168, 175, 179, 181, 182, 183]) {
      await skipTo(days);
      stages.push((await question(identity))?.stage);
    }
    expect(stages).toEqual(["waiting", "asked", "reminded", "backup-asked", "backup-asked", "overdue", "overdue"]);
    expect(await scenario.entries("question", identity)).toEqual([
      ...["question.planned", "question.asked", "question.reminded", "question.backup-asked", "question.overdue"],
    ]);
  });

  test("moves once, however many workers look", async () => {
    const identity = await born();
    await scenario.database.setClock("170 days");
    await Promise.all([1, 2, 3].map(() => passQuestions(scenario.worker)));
    expect((await scenario.entries("question", identity)).filter((action) => action === "question.asked")).toHaveLength(
      1,
    );
  });
});

describe("an answer is refused", () => {
  test("before it is asked; to who is not asked; to the backup before the owner was late; to who does not see it", async () => {
    const identity = await born();
    expect(sentence(await say("amara.obi", keep(await card(identity))))).toMatch(/^conflict: .*not asked now/);
    await skipTo(168);
    expect(sentence(await say("mara.lind", keep(await card(identity))))).toMatch(/^forbidden: Only the owner/);
    expect(sentence(await say("jonas.kern", keep(await card(identity))))).toMatch(/^forbidden: Only the owner/);
    expect(sentence(await say("priya.shah", keep(await card(identity))))).toMatch(/^not-found/);
    await skipTo(180);
    expect(sentence(await say("jonas.kern", keep(await card(identity))))).toBe("said");
    await scenario.settle();
    expect(await attested(identity)).toMatchObject([{ answer: "keep", standing: "backup" }]);
  });

  test("without a reason where it looks unused", async () => {
    const identity = await born();
    await skipTo(170);
    await scenario.worker.db.execute(sql`update charter.identities set use_answer = 'used', last_used_at = charter.clock() - interval '95 days',
      unused_since = charter.clock() - interval '95 days', stale_since = charter.clock() - interval '5 days' where id = ${identity}::uuid`);
    const shown = await card(identity);
    expect(sentence(await say("amara.obi", keep(shown)))).toBe("invalid: It looks unused.");
    expect(sentence(await say("amara.obi", { ...keep(shown), reason: "Runs at year end only." }))).toBe("said");
    await scenario.settle();
    expect(await attested(identity)).toMatchObject([{ statement: { reason: "Runs at year end only." } }]);
  });

  test("when the evidence is no longer what was on the card: at once by the web, and by the worker when it changes in between", async () => {
    const identity = await born();
    await skipTo(170);
    const before = await card(identity);
    const find = (open: boolean) =>
      scenario.worker.db.execute(sql`insert into charter.findings (id, kind, identity, target, object, sentence)
        values (${randomUUID()}, 'drifted', ${identity}::uuid, 'payments-aws', ${`x-${open}`}, 'Its trust differs.')`);
    await find(true);
    expect(sentence(await say("amara.obi", keep(before)))).toBe(
      "conflict: This changed since you looked: its findings.",
    );
    expect(sentence(await say("amara.obi", keep(await card(identity))))).toBe("said");
    await find(false);
    await scenario.settle();
    expect(await attested(identity)).toEqual([]);
    expect(await question(identity)).toMatchObject({ stage: "asked", round: 1 });
    const [row] = await scenario.worker.db.execute<{ id: string }>(
      sql`select id from charter.answers where identity = ${identity}::uuid`,
    );
    const outcome = await readOutcome(scenario.worker.db, "answers", row?.id ?? "");
    expect(outcome).toMatchObject({
      result: "refused",
      refusals: [{ sentence: "This changed since you looked: its findings." }],
    });
    expect(await scenario.entries("answer", row?.id ?? "")).toEqual(["answer.given", "answer.refused"]);
    expect(sentence(await say("amara.obi", keep(await card(identity))))).toBe("said");
    await scenario.settle();
    expect(await attested(identity)).toHaveLength(1);
  });

  test("forged: other evidence than there is, a request of somebody else's, a gesture over what is not alike", async () => {
    const [identity, other] = [await born(), await born("rates")];
    await skipTo(170);
    const [shown, unlike] = [await card(identity), await card(other)];
    const batch = randomUUID();
    const person = scenario.id("amara.obi");
    const claim = (of: Card, columns: { answer?: string; request?: string; batch?: string }) =>
      scenario.database.web.execute(sql`insert into charter.answers (id, identity, round, person, answer, evidence, shown, request, batch)
        values (${randomUUID()}, ${of.identity}::uuid, 1, ${person}::uuid, ${columns.answer ?? "keep"}, ${"0".repeat(64)},
          ${JSON.stringify(of.shown)}::jsonb, ${columns.request ?? null}::uuid, ${columns.batch ?? null}::uuid)`);
    await claim({ ...shown, shown: { ...shown.shown, purpose: "Nothing." } }, {});
    await claim(shown, { answer: "retire", request: other });
    await claim(shown, { request: other });
    await claim(shown, { batch });
    await claim(unlike, { batch });
    await scenario.settle();
    expect(await attested(identity)).toEqual([]);
    expect(await attested(other)).toEqual([]);
  });
});

describe("keep", () => {
  test("is signed with exactly what was shown, begins the next round, and the next card says what changed since", async () => {
    const identity = await born();
    await skipTo(170);
    const shown = await card(identity);
    expect(sentence(await say("amara.obi", keep(shown)))).toBe("said");
    await scenario.settle();
    const [row] = await attested(identity);
    expect(row?.statement).toMatchObject({
      identity,
      round: 1,
      answer: "keep",
      person: scenario.id("amara.obi"),
      shown: shown.shown,
    });
    expect(await question(identity)).toMatchObject({ stage: "waiting", round: 2, due: 182 });
    const key = createPublicKey(scenario.worker.checkpointKey.privateKey);
    const line = (statement: JsonObject) => attestationLine({ statement, signature: row?.signature ?? "" });
    expect(whyNotAttestation(line(row?.statement ?? {}), key)).toBeNull();
    expect(whyNotAttestation(line({ ...row?.statement, answer: "retire" }), key)).toMatch(/not signed/);
    expect(whyNotAttestation(line({ ...row?.statement, shown: {} }), key)).toMatch(/not signed/);
    expect((await card(identity)).shown.last).toMatchObject({ answer: "keep", by: "Amara Obi", changed: [] });
  });

  test("counts once: two at once by owner and backup, and a second click", async () => {
    const identity = await born();
    await skipTo(180);
    const shown = keep(await card(identity));
    await Promise.all([say("amara.obi", shown), say("amara.obi", shown), say("jonas.kern", shown)]);
    await Promise.all([scenario.inbox.drain(), scenario.inbox.drain()]);
    await scenario.settle();
    expect(await attested(identity)).toHaveLength(1);
    expect(await question(identity)).toMatchObject({ round: 2 });
  });

  test("of several in one gesture needs the same evidence, for web and worker", async () => {
    const [one, two, third] = [await born(), await born(), await born("rates")];
    await skipTo(170);
    const [first, second, other] = [await card(one), await card(two), await card(third)];
    expect(sentence(await say("amara.obi", keep(first, other)))).toBe("conflict: Their evidence differs.");
    const retire = { ...keep(first, second), answer: "retire", reason: "Both done.", request: randomUUID() } as const;
    expect(sentence(await say("amara.obi", retire))).toBe("conflict: Their evidence differs.");
    expect(sentence(await say("amara.obi", keep(first, second)))).toBe("said");
    await scenario.settle();
    expect([await attested(one), await attested(two), await attested(third)].map((rows) => rows.length)).toEqual([
      1, 1, 0,
    ]);
  });
});

describe("an answer that takes away", () => {
  test("raises its request by the same door, settles the question, and is asked again when the request comes to nothing", async () => {
    const identity = await born();
    await skipTo(170);
    const request = randomUUID();
    const transfer = {
      ...keep(await card(identity)),
      answer: "transfer",
      request,
      to: scenario.id("jonas.kern"),
    } as const;
    expect(await say("amara.obi", { ...transfer, to: scenario.id("amara.obi") })).toMatchObject({
      refusals: [{ field: "owner" }],
    });
    expect(await say("amara.obi", transfer)).toEqual({ ok: { request } });
    await scenario.settle();
    expect(await question(identity)).toMatchObject({ stage: "waiting", round: 2, request });
    expect(await planQuestions(scenario.worker)).toBe(0);
    await scenario.worker.db.transaction(async (tx) => {
      const [row] = await tx.execute<{
        version: number;
      }>(sql`update charter.request_states set state = 'expired', version = version + 1
        where request = ${request}::uuid returning version`);
      const entry = { noun: "request-state", id: request, version: row?.version, actor: "test", evidence: "worker" };
      await tx.execute(
        sql`select charter.audit_append(${JSON.stringify([{ ...entry, action: "request-state.expired", detail: {} }])}::jsonb)`,
      );
    });
    expect(await planQuestions(scenario.worker)).toBe(1);
    expect(await question(identity)).toMatchObject({ stage: "asked", round: 2, request: null, due: 14 });
  });

  test("retires: the identity is disabled and its question rests", async () => {
    const identity = await born();
    await skipTo(170);
    const request = randomUUID();
    const retire = { ...keep(await card(identity)), answer: "retire", reason: "The job moved.", request } as const;
    expect(await say("amara.obi", { ...retire, reason: "" })).toMatchObject({ refusals: [{ field: "reason" }] });
    expect(await say("amara.obi", retire)).toEqual({ ok: { request } });
    await scenario.settle();
    expect(await attested(identity)).toMatchObject([{ answer: "retire", statement: { request } }]);
    await skipTo(400);
    expect(await scenario.entries("question", identity)).toContain("question.rested");
  });
});
