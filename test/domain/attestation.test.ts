import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AttestationFigures,
  daysBetween,
  mayAnswer,
  type Question,
  roundAgain,
  roundFrom,
  stageOf,
  standingOf,
} from "#lib/domain/attestation.ts";
import { changedSince, changesBetween, comparable } from "#lib/domain/attestation-evidence.ts";
import type { Json } from "#lib/domain/json.ts";

const day = 86_400_000;
const now = new Date("2026-11-22T10:00:00.000Z");
const inDays = (days: number) => new Date(now.getTime() + days * day);
const figures: AttestationFigures = {
  everyDays: (environment, credential) => (environment === "prod" && credential === "static" ? 91 : 182),
  privileged: { riskFrom: 36, days: 91 },
  opensDaysBefore: 14,
  remindsDaysBefore: 7,
  backupDaysBefore: 3,
};
const standard = { environment: "prod", credential: "federated", risk: 10 } as const;

describe("how often", () => {
  test.each([
    [standard, 182],
    [{ ...standard, credential: "static" as const }, 91],
    [{ ...standard, risk: 35 }, 182],
    [{ ...standard, risk: 36 }, 91],
    [{ environment: "dev" as const, credential: "static" as const, risk: 36 }, 91],
  ])("%o is every %i days", (of, days) => {
    expect(daysBetween(figures, of)).toBe(days);
  });
});

describe("a round", () => {
  test("is due so long after its beginning, and asks before that", () => {
    expect(roundFrom(now, { figures, of: standard, now })).toEqual({
      ...{ everyDays: 182, opensAt: inDays(168), remindsAt: inDays(175), backupAt: inDays(179), dueAt: inDays(182) },
    });
  });
  test("of an identity that lived long before anybody asked is not overdue before its owner was asked", () => {
    expect(roundFrom(inDays(-400), { figures, of: standard, now })).toMatchObject({ opensAt: now, dueAt: inDays(14) });
    expect(roundFrom(inDays(-168), { figures, of: standard, now })).toMatchObject({ dueAt: inDays(14) });
    expect(roundFrom(inDays(-167), { figures, of: standard, now })).toMatchObject({ dueAt: inDays(15) });
  });
  test("that begins again asks at once", () => {
    expect(stageOf(roundAgain(now, figures, 182), now)).toEqual({ stage: "asked", movesAt: inDays(7) });
  });
  test.each([
    [168 - 1e-8, "waiting", 168],
    [168, "asked", 175],
    [175 - 1e-8, "asked", 175],
    [175, "reminded", 179],
    [179, "backup-asked", 182],
    [182 - 1e-8, "backup-asked", 182],
    [182, "overdue", null],
  ])("after %d days is %s", (days, stage, next) => {
    const round = roundFrom(now, { figures, of: standard, now });
    expect(stageOf(round, inDays(days))).toEqual({ stage, movesAt: next === null ? null : inDays(next) });
  });
  test("moves forward only, whatever the figures and the time", () => {
    const order = ["waiting", "asked", "reminded", "backup-asked", "overdue"];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 5, maxLength: 5 }), (at) => {
        const [opens = 0, reminds = 0, backup = 0, due = 0, look = 0] = at;
        const before = [opens, reminds, backup].sort((a, b) => a - b);
        const times = {
          opensAt: inDays(before[0] ?? 0),
          remindsAt: inDays(before[1] ?? 0),
          backupAt: inDays(before[2] ?? 0),
        };
        const round = { ...times, dueAt: inDays((before[2] ?? 0) + due) };
        const [first, second] = [stageOf(round, inDays(look)), stageOf(round, inDays(look + 1))];
        expect(order.indexOf(second.stage)).toBeGreaterThanOrEqual(order.indexOf(first.stage));
        if (first.movesAt !== null) expect(stageOf(round, first.movesAt).stage).not.toBe(first.stage);
      }),
    );
  });
});

const question: Question = { stage: "asked", round: 3, owner: "amara", ownerActive: true, backup: { person: "jonas" } };
const person = (id: string, teams: string[] = []) => ({ id, teams, active: true });

describe("who is asked", () => {
  test.each([
    ["waiting", "amara", null],
    ["asked", "amara", "owner"],
    ["asked", "jonas", null],
    ["reminded", "jonas", null],
    ["backup-asked", "jonas", "backup"],
    ["overdue", "jonas", "backup"],
    ["overdue", "amara", "owner"],
    ["overdue", "priya", null],
  ] as const)("when %s, %s answers as %s", (stage, id, standing) => {
    expect(standingOf({ ...question, stage }, person(id))).toBe(standing);
  });
  test("the backup at once where the owner has left; a member of a backup team", () => {
    expect(standingOf({ ...question, ownerActive: false }, person("jonas"))).toBe("backup");
    const backed = { ...question, stage: "overdue", backup: { team: "payments" } } as const;
    expect(standingOf(backed, person("jonas", ["payments"]))).toBe("backup");
    expect(standingOf(backed, person("jonas", ["data"]))).toBeNull();
  });
});

describe("an answer", () => {
  const given = { round: 3, answer: "keep", reason: "", looksUnused: false } as const;
  const code = (outcome: ReturnType<typeof mayAnswer>) =>
    "refusals" in outcome ? outcome.refusals[0].code : outcome.ok;
  test.each([
    ["of nobody who is asked", question, person("priya"), given, "forbidden"],
    ["of an owner who has left", question, { ...person("amara"), active: false }, given, "forbidden"],
    ["of a round that is over", question, person("amara"), { ...given, round: 2 }, "conflict"],
    ["while nothing is asked", { ...question, stage: "waiting" as const }, person("amara"), given, "conflict"],
    [
      "keep of what looks unused, without a reason",
      question,
      person("amara"),
      { ...given, looksUnused: true },
      "invalid",
    ],
    ["with half a reason", question, person("amara"), { ...given, looksUnused: true, reason: "because!!" }, "invalid"],
    ["with a whole one", question, person("amara"), { ...given, looksUnused: true, reason: "month end." }, "owner"],
    [
      "retire of what looks unused",
      question,
      person("amara"),
      { ...given, answer: "retire" as const, looksUnused: true },
      "owner",
    ],
    ["of the owner", question, person("amara"), given, "owner"],
  ] as const)("%s: %o", (_, of, who, what, expected) => {
    expect(code(mayAnswer(of, who, what))).toBe(expected);
  });
  test("says why it is none", () => {
    const refused = (change: object, who = person("amara")) => {
      const outcome = mayAnswer(question, who, { ...given, ...change });
      return "refusals" in outcome ? outcome.refusals : outcome;
    };
    const reason = (sentence: string, mend?: string) => [
      { code: "invalid", field: "reason", sentence, ...(mend === undefined ? {} : { mend }) },
    ];
    expect(refused({ round: 2 })).toEqual([
      { code: "conflict", sentence: "This question has been answered; it is not asked now." },
    ]);
    expect(refused({}, person("priya"))).toEqual([
      { code: "forbidden", sentence: "Only the owner is asked, and the backup once the owner was late." },
    ]);
    const needed = reason("It looks unused.", "Say why it is still needed.");
    for (const blank of ["", "  "]) expect(refused({ looksUnused: true, reason: blank })).toEqual(needed);
    expect(refused({ looksUnused: true, reason: "because!!" })).toEqual(
      reason("Use at least 10 characters; it has 9."),
    );
    expect(refused({ reason: "x".repeat(501) })).toEqual(reason("Use at most 500 characters; it has 501."));
    expect([refused({ reason: " " }), refused({ reason: "x" })]).toEqual([{ ok: "owner" }, { ok: "owner" }]);
  });
});

describe("evidence", () => {
  const card = {
    ...{
      identity: "1",
      name: "ledger-export",
      objectName: "charter-prod-ledger-export-aaaa",
      purpose: "Exports the ledger.",
    },
    reach: { phrase: "Write to 1 bucket", resources: ["arn:aws:s3:::ledger-export-out/*"] },
    use: { answer: "used", lastUsedOn: "2026-11-21" },
    last: null,
  };
  test("says in words what is otherwise, and nothing where nothing is", () => {
    expect(changesBetween(card, structuredClone(card))).toEqual([]);
    const other = {
      ...card,
      use: { answer: "used", lastUsedOn: "2026-11-22" },
      reach: { ...card.reach, resources: [] },
    };
    expect(changesBetween(card, other)).toEqual(["what it reaches", "its last use"]);
    expect(changesBetween({}, card)).toContain("its purpose");
  });
  test.each<[Json, Json, boolean]>([
    ["x", { 0: "x" }, false],
    [{ 0: "x" }, "x", false],
    [{ 0: "x" }, ["x"], false],
    [["x"], ["x"], true],
    [["x"], ["y"], false],
    [{}, null, false],
    [null, {}, false],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 2 }, { a: 1 }, false],
    [{ a: 1, b: { c: [2] } }, { b: { c: [2] }, a: 1 }, true],
    [{ a: null }, { b: null }, false],
  ])("%j and %j are the same: %j", (before, after, same) => {
    expect(changesBetween({ findings: before }, { findings: after })).toEqual(same ? [] : ["its findings"]);
  });
  test("has its names left out of every text, and nothing else of it touched", () => {
    const told = { findings: ["n ends", { of: ["an o", 5, true, null] }], endsOn: null, reach: { resources: ["n o"] } };
    expect(comparable({ identity: "1", name: "n", objectName: "o", ...told })).toEqual({
      ...{ name: "‹name›", objectName: "‹name›", endsOn: null, reach: { resources: ["n ‹name›"] } },
      findings: ["‹name› e‹name›ds", { of: ["a‹name› ‹name›", 5, true, null] }],
    });
    expect(comparable({ name: 5, objectName: null, purpose: "5 null" })).toEqual({
      ...{ name: 5, objectName: null, purpose: "5 null" },
    });
  });
  test("is the same also of one whose name is part of the mark", () => {
    const of = (name: string) => ({ name, objectName: `charter-${name}`, reach: { role: `charter-${name}` } });
    expect(comparable(of("name"))).toEqual(comparable(of("ledger")));
  });
  test("that it was used since, or answered before, is no change since the answer", () => {
    const later = { ...card, use: null, last: { answer: "keep" } };
    expect(changedSince(card, later)).toEqual([]);
    expect(changedSince(card, { ...later, purpose: "Exports more." })).toEqual(["its purpose"]);
  });
  test("is the same apart from names exactly where only the names differ", () => {
    const alike = {
      ...{ ...card, identity: "2", name: "rates", objectName: "charter-prod-rates-bbbb" },
      findings: [{ sentence: "rates ends on 2 December 2026." }],
    };
    const first = { ...card, findings: [{ sentence: "ledger-export ends on 2 December 2026." }] };
    expect(comparable(alike)).toEqual(comparable(first));
    const itself = (of: typeof card) => ({
      ...of,
      reach: { ...of.reach, resources: [`arn:aws:iam:::role/${of.objectName}`] },
    });
    expect(comparable(itself(alike))).toEqual(comparable(itself(first)));
    const ownBucket = { ...alike, reach: { phrase: "Write to 1 bucket", resources: ["arn:aws:s3:::rates-out/*"] } };
    expect(comparable(ownBucket)).not.toEqual(comparable(first));
    expect(comparable({ ...alike, purpose: "Exports rates." })).not.toEqual(comparable(first));
    expect(comparable({ ...alike, reach: { ...alike.reach, resources: ["*"] } })).not.toEqual(comparable(first));
    expect(comparable({ ...alike, use: { answer: "used", lastUsedOn: "2026-11-20" } })).not.toEqual(comparable(first));
  });
});
