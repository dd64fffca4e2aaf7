import { describe, expect, test } from "vitest";
import type { JsonObject } from "#lib/domain/json.ts";
import { readAnswers, readWantedAccess } from "#lib/domain/read-answers.ts";
import { readCharter, readOrigins } from "#lib/domain/read-charter.ts";
import { readTeamDefaults } from "#lib/domain/read-team-defaults.ts";
import type { Outcome } from "#lib/domain/refusal.ts";
import {
  fields,
  jsonObject,
  listOf,
  literal,
  oneOf,
  orNull,
  type Reader,
  read,
  text,
  variant,
  wholeNumber,
  yesOrNo,
} from "#lib/domain/shape.ts";
import { charter, days, pipelineAnswers } from "./forms.ts";

/** What was read, or field and sentence of each refusal. */
const said = (outcome: Outcome<unknown>): unknown =>
  "ok" in outcome
    ? outcome.ok
    : outcome.refusals.map(({ code, field, sentence }) => {
        expect(code).toBe("invalid");
        return `${field ?? "-"}: ${sentence}`;
      });
const over = (count: number, of = 1) => Array.from({ length: count }, () => of);

describe("a value of unknown shape is read, or says why not", () => {
  const known = fields({ a: text(3) }, { b: wholeNumber(1, 2) });
  const tagged = variant((value) => ("a" in value ? fields({ a: yesOrNo }) : null));
  test.each<[string, Reader<unknown>, unknown, unknown]>([
    ["text", text(3), "abc", "abc"],
    ["no text", text(3), 5, ["-: Text is expected here."]],
    ["a long text", text(3), "abcd", ["-: At most 3 characters fit here."]],
    ["text of 500", text(), "x".repeat(500), "x".repeat(500)],
    ["text of 501", text(), "x".repeat(501), ["-: At most 500 characters fit here."]],
    ["half a character", text(3), "a\uD800", ["-: It contains half a character; type it again."]],
    ["a NUL", text(3), "a\0", ["-: It contains a character that cannot be kept; type it again."]],
    ["the least number", wholeNumber(1, 3), 1, 1],
    ["the greatest number", wholeNumber(1, 3), 3, 3],
    ["less", wholeNumber(1, 3), 0, ["-: A whole number from 1 to 3 is expected here."]],
    ["more", wholeNumber(1, 3), 4, ["-: A whole number from 1 to 3 is expected here."]],
    ["a half", wholeNumber(1, 3), 1.5, ["-: A whole number from 1 to 3 is expected here."]],
    ["a number as text", wholeNumber(1, 3), "2", ["-: A whole number from 1 to 3 is expected here."]],
    ["no", yesOrNo, false, false],
    ["neither yes nor no", yesOrNo, "yes", ["-: Yes or no is expected here."]],
    ["one of some", oneOf(["a", "b"]), "b", "b"],
    ["none of them", oneOf(["a", "b"]), "c", ["-: Choose one of a, b."]],
    ["nothing, where that may be", orNull(yesOrNo), null, null],
    ["something there", orNull(yesOrNo), true, true],
    ["something else there", orNull(yesOrNo), 1, ["-: Yes or no is expected here."]],
    ["a word", literal("a"), "a", "a"],
    ["another word", literal("a"), "b", ["-: a is expected here."]],
    ["a list", listOf(yesOrNo), [true, false], [true, false]],
    ["no list", listOf(yesOrNo), { length: 0 }, ["-: A list is expected here."]],
    ["a list of 20", listOf(wholeNumber(1, 1)), over(20), over(20)],
    ["a list of 21", listOf(wholeNumber(1, 1)), over(21), ["-: At most 20 entries fit here."]],
    ["a list with one wrong", listOf(yesOrNo), [true, 1], ["1: Yes or no is expected here."]],
    ["fields", known, { a: "x" }, { a: "x" }],
    ["fields beside", known, { b: 2, a: "x" }, { a: "x", b: 2 }],
    ["one field wrong", known, { b: 3, a: "x" }, ["b: A whole number from 1 to 2 is expected here."]],
    ["an unknown field", known, { a: "x", c: 1 }, ["c: This field is not known."]],
    ["a missing field", known, {}, ["a: Text is expected here."]],
    ["an inherited field", known, Object.create({ a: "x" }), ["a: Text is expected here."]],
    ["no fields", known, "x", ["-: A set of fields is expected here."]],
    ["a list for fields", known, [], ["-: A set of fields is expected here."]],
    ["nothing for fields", known, null, ["-: A set of fields is expected here."]],
    ["fields in fields", fields({ of: listOf(known) }), { of: [{ a: 5 }] }, ["of.0.a: Text is expected here."]],
    ["a known form", tagged, { a: true }, { a: true }],
    ["an unknown form", tagged, { b: true }, ["-: This is none of the known forms."]],
    ["no form", tagged, null, ["-: This is none of the known forms."]],
    ["what is not there and nobody says why", () => undefined, 5, ["-: This could not be read."]],
  ])("%s", (_, reader, value, expected) => expect(said(read(reader, value))).toEqual(expected));
  test("optional fields are there only when they were", () => {
    expect(Object.keys(said(read(known, { a: "x" })) as object)).toEqual(["a"]);
  });
});

describe("fields of any JSON", () => {
  const many = Object.fromEntries(over(1_001).map((one, at) => [`k${at}`, one]));
  const { k1000: _, ...most } = many as JsonObject;
  const nested = (depth: number): unknown => (depth === 0 ? true : [nested(depth - 1)]);
  test.each<[string, unknown, unknown]>([
    ["each kind", { a: null, b: true, c: 1.5, d: "x", e: [1, {}] }, { a: null, b: true, c: 1.5, d: "x", e: [1, {}] }],
    ["1,000 fields", most, most],
    ["1,001 fields", many, "-: This cannot be kept."],
    ["a list", [], ["-: A set of fields is expected here."]],
    ["no number", { a: Number.NaN }, "a: A finite number is expected here."],
    ["what is no JSON", { a: undefined }, "a: This cannot be kept."],
    ["text of 20,000", { a: "x".repeat(20_000) }, { a: "x".repeat(20_000) }],
    ["text of 20,001", { a: "x".repeat(20_001) }, "a: At most 20000 characters fit here."],
    ["15 deep", { a: nested(14) }, { a: nested(14) }],
    ["16 deep", { a: nested(15) }, `a${".0".repeat(15)}: This is nested too deeply.`],
    ["a wrong entry", { a: [1, Number.NaN] }, "a.1: A finite number is expected here."],
  ])("%s", (_name, value, expected) => {
    const whole = "-: A set of fields is expected here.";
    const refused = typeof expected === "string" ? [expected, whole] : null;
    expect(said(read(jsonObject, value))).toEqual(refused ?? expected);
  });
  test.each(["a\0", "\uD800"])("no field's name that cannot be kept: %j", (key) =>
    expect(read(jsonObject, { [key]: 1 })).toHaveProperty("refusals"),
  );
});

describe("each form of an answer, a charter, an origin", () => {
  const answers = (change: object) => said(readAnswers({ ...pipelineAnswers, ...change }));
  const github = { kind: "github", repository: "acme/ledger", subject: null } as const;
  test.each<[object]>([
    [{ runs: { ...github, ownerId: "1", repositoryId: "2", bothFormatsUntil: days(1) } }],
    [{ runs: { ...github, subject: { branch: "main" } } }],
    [{ runs: { kind: "workload", runsOn: "b7", service: "ledger" } }],
    [{ need: { grants: [{ actions: ["a"], resources: ["r"] }] } }],
    [{ need: { pasted: "{}" } }],
    [{ need: { pack: "p", parameters: { bucket: "cold", "A-1_": "x" } } }],
    [{ need: { pack: "p", parameters: Object.fromEntries(over(20).map((_, at) => [`p${at}`, "x"])) } }],
    [{ beside: [{ environment: "dev", subject: null, target: "t" }], nameEndsIn: "prod" }],
  ])("%j is read as it is", (change) => expect(answers(change)).toEqual({ ...pipelineAnswers, ...change }));
  test.each<[object, readonly string[]]>([
    [{ runs: { kind: "other" } }, ["runs.kind: workload is expected here.", "runs.runsOn: Text is expected here."]],
    [{ runs: { kind: "workload", runsOn: 5 } }, ["runs.runsOn: Text is expected here."]],
    [{ need: { pack: "p", parameters: { "1a": "x" } } }, ["need.parameters.1a: This field is not known."]],
    [{ need: { pack: "p", parameters: { "a.b": "x" } } }, ["need.parameters.a.b: This field is not known."]],
    [{ need: { pack: "p", parameters: null } }, ["need.parameters: A set of fields is expected here."]],
    [{ need: { pack: "p", parameters: "x" } }, ["need.parameters: A set of fields is expected here."]],
    [
      { need: { pack: "p", parameters: Object.fromEntries(over(21).map((_, at) => [`p${at}`, "x"])) } },
      ["need.parameters.p20: This field is not known."],
    ],
    [{ need: { pack: "p", parameters: { [`a${"b".repeat(60)}`]: "x" } } }, [expect.stringContaining("not known")]],
    [{ need: { grants: [{ actions: "a", resources: [] }] } }, ["need.grants.0.actions: A list is expected here."]],
    [{ need: {} }, ["need.pasted: Text is expected here."]],
    [{ edits: { backup: { team: 5 } } }, ["edits.backup.team: Text is expected here."]],
  ])("%j says what is wrong", (change, why) => expect(answers(change)).toEqual(why));
  test.each<[object]>([
    [{ binding: { kind: "workload", runsOn: "b7" }, backup: { team: "payments" } }],
    [{ binding: { ...charter.binding, subject: { branch: "main" }, formatsUntil: days(1) } }],
    [
      {
        retireWhen: [{ kind: "unused", days: 1 }, { kind: "repository-archived" }, { kind: "service-decommissioned" }],
      },
    ],
    [{ rotation: { everyDays: 3_660, riskAnalysis: "RA" }, exception: { reason: "r", endsAt: days(1), owner: "o" } }],
  ])("a charter with %j is read as it is", (change) => {
    expect(said(readCharter({ ...charter, ...change }))).toEqual({ ...charter, ...change });
  });
  test.each<[object, string]>([
    [{ retireWhen: [{ kind: "unused" }] }, "retireWhen.0.days: A whole number from 1 to 3660 is expected here."],
    [{ retireWhen: [{ kind: "gone" }] }, "retireWhen.0.kind: owner-gone is expected here."],
    [{ retireWhen: [{ kind: "repository-archived", days: 1 }] }, "retireWhen.0.days: This field is not known."],
    [{ binding: { kind: "gitlab", runsOn: "x" } }, "binding.kind: workload is expected here."],
    [{ backup: {} }, "backup.team: Text is expected here."],
  ])("a charter with %j says what is wrong", (change, why) => {
    expect(said(readCharter({ ...charter, ...change }))).toEqual([why]);
  });
  test("origins are typed, inferred or a default", () => {
    const origins = (origin: object) =>
      said(readOrigins(Object.fromEntries(Object.keys(charter).map((f) => [f, origin])), charter));
    const from = { how: "inferred", from: "x" };
    const by = { how: "default", of: "policy", version: "1" };
    for (const origin of [{ how: "typed" }, from, by])
      expect(origins(origin)).toEqual(Object.fromEntries(Object.keys(charter).map((field) => [field, origin])));
    expect(origins({ ...by, how: "guessed" })).toContain("name.how: default is expected here.");
    expect(origins({ how: "typed", from: "x" })).toContain("name.from: This field is not known.");
  });
  test("a team's template and a wanted access have exactly their fields", () => {
    const template = {
      owner: "o",
      backup: { person: "p" },
      endsIt: "e",
      unusedDays: 9,
      riskAnalysis: "r",
      dataDomains: ["d"],
    };
    expect([said(readTeamDefaults({})), said(readTeamDefaults(template))]).toEqual([{}, template]);
    expect(said(readTeamDefaults({ team: "x", unusedDays: 0 }))).toEqual([
      "team: This field is not known.",
      "unusedDays: A whole number from 1 to 3660 is expected here.",
    ]);
    const wanted = { instead: null, drop: ["a"], add: { pasted: "x" } };
    expect(said(readWantedAccess(wanted))).toEqual(wanted);
    expect(said(readWantedAccess({ ...wanted, drop: null }))).toEqual(["drop: A list is expected here."]);
  });
});
