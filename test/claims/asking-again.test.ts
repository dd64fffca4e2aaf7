import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readBlueprints, readDraft } from "#db/read/new-request.ts";
import { readSimilar } from "#db/read/similar.ts";
import { readDenial } from "#lib/claims/permissions/read-denial.ts";
import { preview } from "#lib/claims/requests/preview.ts";
import { submitEach } from "#lib/claims/requests/submit-each.ts";
import type { ClaimContext } from "#lib/claims/run.ts";
import { blueprintSchema } from "#lib/connectors/blueprint.ts";
import type { Answers } from "#lib/domain/answers.ts";
import { readModel, startFromLink, startLike } from "#lib/web/form-start.ts";
import { ledgerAnswers } from "../facts/scenario.ts";
import { actors, type Cast, codeOf, gained, granted, openCast } from "./cast.ts";

/** Asking for several environments at once, for one like another, and from a link. */
let cast: Cast;
let jonas: ClaimContext;
let olaf: ClaimContext;
beforeAll(async () => {
  cast = await openCast();
  jonas = await cast.as(actors.requester);
  olaf = await cast.as(actors.otherTeam);
}, 60_000);
afterAll(() => cast.scenario.database.close());

const beside: NonNullable<Answers["beside"]> = [
  { environment: "staging", subject: { environment: "staging" } },
  { environment: "dev", subject: { branch: "main" }, target: "data-aws" },
];
const form = (changes: Partial<Answers> = {}) => ({ id: randomUUID(), answers: ledgerAnswers({ beside, ...changes }) });

async function plansOf(input: ReturnType<typeof form>) {
  const seen = granted(await preview(jonas, input));
  const all = [{ environment: "prod" as const, preview: seen }, ...seen.beside];
  return all.map(({ environment, preview: { planDigest } }) => ({ environment, planDigest: planDigest ?? "" }));
}
const charters = async (ids: readonly string[]) => {
  const rows = await cast.scenario.worker.db.execute<{
    request: string;
    name: string;
    environment: string;
    target: string;
    count: number;
  }>(
    sql`select request, charter ->> 'name' as name, charter ->> 'environment' as environment, charter ->> 'target' as target,
      count(*) over (partition by request)::int as count from charter.request_versions where request = any (${sql.param([...ids])}::uuid[])`,
  );
  return [...rows].toSorted((a, b) => ids.indexOf(a.request) - ids.indexOf(b.request));
};

describe("three environments in one form", () => {
  test("are answered each by itself: name, target, token, end and policy", async () => {
    const seen = granted(await preview(jonas, form()));
    const sides = [seen, ...seen.beside.map((one) => one.preview)];
    expect(sides.map(({ filled }) => [filled.environment, filled.name, filled.target])).toEqual([
      ["prod", "ledger-snapshots-prod", "payments-aws"],
      ["dev", "ledger-snapshots-dev", "data-aws"],
      ["staging", "ledger-snapshots-staging", "payments-aws"],
    ]);
    expect(new Set(sides.map(({ planDigest }) => planDigest)).size).toBe(3);
    expect(sides.map(({ refusals }) => refusals)).toEqual([[], [], []]);
    expect(sides[0]?.filled.endsAt).not.toBe(sides[1]?.filled.endsAt);
  });

  test("a double click, twice at once, makes each once", async () => {
    const input = form();
    const plans = await plansOf(input);
    const before = await cast.rows();
    const sent = await Promise.all(Array.from({ length: 4 }, () => submitEach(jonas, { ...input, plans })));
    const ids = granted(sent[0] ?? (await submitEach(jonas, { ...input, plans }))).map(({ id }) => id);
    for (const one of sent)
      expect(granted(one).map(({ id, refusals }) => [id, refusals])).toEqual(ids.map((id) => [id, null]));
    expect(ids[0]).toBe(input.id);
    expect((await charters(ids)).map(({ environment, count }) => [environment, count])).toEqual([
      ["prod", 1],
      ["dev", 1],
      ["staging", 1],
    ]);
    expect(gained(before, await cast.rows())).toMatchObject({ requests: 3, versions: 3 });
  });

  test("what is left out is not sent, and kept as a draft of its own", async () => {
    const input = form({ need: { pack: "write-bucket", parameters: { bucket: "left-out" } } });
    const plans = (await plansOf(input)).filter(({ environment }) => environment !== "prod");
    const each = granted(await submitEach(jonas, { ...input, plans }));
    expect(each.map(({ environment, refusals }) => [environment, refusals?.[0].sentence ?? null])).toEqual([
      ["prod", "It was left out."],
      ["dev", null],
      ["staging", null],
    ]);
    const draft = await readDraft(jonas.db, jonas.actor, input.id);
    expect(draft).toMatchObject({ sealed: false, content: { nameEndsIn: "prod" } });
    expect(draft?.content).not.toHaveProperty("beside");
  });

  test("one that has changed since it was seen keeps none of the others back", async () => {
    const input = form({ need: { pack: "write-bucket", parameters: { bucket: "one-stale" } } });
    const plans = (await plansOf(input)).map((one) =>
      one.environment === "dev" ? { ...one, planDigest: "0".repeat(64) } : one,
    );
    const each = granted(await submitEach(jonas, { ...input, plans }));
    expect(each.map(({ refusals }) => refusals?.[0].code ?? null)).toEqual([null, "conflict", null]);
  });

  test("when none can be sent, the form stays as it is", async () => {
    const input = form({ need: { pack: "write-bucket", parameters: { bucket: "none-sent" } } });
    const before = await cast.rows();
    const outcome = await submitEach(jonas, { ...input, plans: [{ environment: "prod", planDigest: "0".repeat(64) }] });
    expect(codeOf(outcome)).toBe("conflict");
    expect(gained(before, await cast.rows())).toEqual({});
    expect(await readDraft(jonas.db, jonas.actor, input.id)).toBe(null);
  });

  test("somebody else's form is not found, for any of its environments", async () => {
    const input = form({ need: { pack: "write-bucket", parameters: { bucket: "not-yours" } } });
    const plans = await plansOf(input);
    granted(await submitEach(jonas, { ...input, plans }));
    expect(codeOf(await submitEach(olaf, { ...input, plans }))).toBe("not-found");
    expect(codeOf(await preview(olaf, input))).toBe("not-found");
  });

  test("a token that tells another environment is no answer for this one", async () => {
    const seen = granted(
      await preview(jonas, form({ beside: [{ environment: "dev", subject: { environment: "production" } }] })),
    );
    expect(seen.beside[0]?.preview).toMatchObject({ filled: { environment: "dev" }, planDigest: null });
  });
});

const blueprintOf = async (id: string) => {
  const rows = await readBlueprints(jonas.db);
  return blueprintSchema.parse(rows.find((row) => row.id === id)?.content);
};

describe("one like another", () => {
  test("of an identity in sight: its reach pack is told again, its owner is not", async () => {
    const identity = await cast.born();
    const model = await readModel(jonas.db, jonas.actor, identity);
    if (model === null) throw new Error("It is in sight.");
    const { answers, like } = await startLike(jonas.db, await blueprintOf(model.charter.blueprint), model);
    expect(answers).toMatchObject({
      runs: { kind: "github", repository: "acme/ledger", subject: { environment: "production" } },
      need: { pack: "write-bucket", parameters: { bucket: "ledger-snapshots" } },
      purpose: "",
      edits: { owner: await cast.id("amara.obi"), endsIt: await cast.id("priya.shah") },
    });
    expect(like).toMatchObject({ href: `/identities/${identity}`, left: [{ field: "endsAt" }] });
    const again = granted(
      await preview(jonas, { id: randomUUID(), answers: { ...answers, purpose: "Nightly copies of the ledger." } }),
    );
    expect(again.planDigest).not.toBe(null);
  });
  test("a reach pack that is gone is said, and its permissions stand one by one", async () => {
    const { request } = await cast.asked();
    const model = await readModel(jonas.db, jonas.actor, request);
    const blueprint = await blueprintOf("aws-role-ci-pipeline");
    const without = {
      ...blueprint,
      questions: blueprint.questions.map((one) => (one.kind === "reach" ? { ...one, packs: ["read-bucket"] } : one)),
    };
    if (model === null) throw new Error("It is in sight.");
    const { answers, like } = await startLike(jonas.db, without, model);
    expect(answers.need).toMatchObject({ grants: [{ actions: ["s3:ListBucket"] }, {}] });
    expect(like?.left).toContainEqual({
      field: "need",
      sentence: "Write to a bucket is no longer offered: what it allowed stands here one by one.",
    });
  });
  test.each(["", "nonsense", "00000000-0000-4000-8000-000000000000"])("of %j there is none", async (id) => {
    expect(await readModel(jonas.db, jonas.actor, id)).toBe(null);
  });
  test("of another team's there is none", async () => {
    const { request } = await cast.asked();
    expect(await readModel(olaf.db, olaf.actor, request)).toBe(null);
  });
});

test("similar identities are those in sight alone, the likest first", async () => {
  const identity = await cast.born();
  await cast.scenario.worker.db.execute(sql`select 1`);
  const seen = granted(await preview(jonas, { id: randomUUID(), answers: ledgerAnswers() }));
  const to = { ...seen.filled, id: randomUUID(), reach: seen.reach };
  const { blueprint, service, target, team, environment } = to;
  if (!blueprint || !service || !target || !team || !environment) throw new Error("The form is filled.");
  const known = { id: to.id, reach: to.reach, blueprint, service, target, team, environment };
  const mine = await readSimilar(jonas.db, jonas.actor, known);
  expect(mine.length).toBeGreaterThan(0);
  expect(mine.length).toBeLessThanOrEqual(3);
  expect(mine[0]?.compared).toEqual({ same: 5, beside: [], without: [] });
  expect(await readSimilar(olaf.db, olaf.actor, known)).toEqual([]);
  expect((await readSimilar(jonas.db, jonas.actor, { ...known, id: identity })).map(({ id }) => id)).not.toContain(
    identity,
  );
});

test("a link begins a form with the directory's own names", async () => {
  const blueprint = await blueprintOf("aws-role-ci-pipeline");
  const asked = new URLSearchParams("blueprint=aws-role-ci-pipeline&repo=acme/ledger&environment=prod&pack=nothing");
  const { answers, said, like } = await startFromLink(jonas.db, asked, { blueprint, packs: [] });
  expect(answers.runs).toMatchObject({ repository: "acme/ledger", subject: { environment: "production" } });
  expect([Object.keys(said), like]).toEqual([["need"], null]);
});

test("an error message is read for a blueprint that is offered, and leaves nothing", async () => {
  const text =
    "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::b/k";
  const before = await cast.rows();
  expect(granted(await readDenial(jonas, { blueprint: "aws-role-ci-pipeline", text })).grants).toEqual([
    { actions: ["s3:PutObject"], resources: ["arn:aws:s3:::b/k"] },
  ]);
  expect(codeOf(await readDenial(jonas, { blueprint: "none", text }))).toBe("invalid");
  expect(gained(before, await cast.rows())).toEqual({});
});
