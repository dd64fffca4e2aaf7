import { describe, expect, test } from "vitest";
import type { Answers, Beside } from "#lib/domain/answers.ts";
import { ownEnvironment, severalAnswers, subjectFor } from "#lib/domain/several.ts";
import { days, pipelineAnswers } from "./forms.ts";

const github = (subject: Beside["subject"]) => ({ kind: "github", repository: "acme/ledger", subject }) as const;
const workload = { kind: "workload", runsOn: "b7" } as const;
const form = (change: Partial<Answers> = {}): Answers => ({ ...pipelineAnswers, ...change });
const several = (beside: readonly Beside[], change: Partial<Answers> = {}) =>
  severalAnswers(form({ ...change, beside })).map(({ environment, answers }) => [environment, answers] as const);
const dev: Beside = { environment: "dev", subject: null };
const staging: Beside = { environment: "staging", subject: { environment: "staging" } };

test.each<[Partial<Answers>, string | null]>([
  [{}, "prod"],
  [{ environment: "dev" }, "prod"],
  [{ runs: github({ environment: "eu" }), environment: "dev" }, "dev"],
  [{ runs: github({ branch: "prod" }), environment: "dev" }, "dev"],
  [{ runs: github(null), environment: "dev" }, "dev"],
  [{ runs: workload, environment: "staging" }, "staging"],
  [{ runs: workload }, null],
  [{ runs: null }, null],
])("a form with %j is for %j", (change, environment) => expect(ownEnvironment(form(change))).toBe(environment));

describe("a form for several environments", () => {
  test("is as many requests, each as if it had been asked for alone, in the order of environments", () => {
    expect(several([staging, dev])).toEqual([
      ["prod", form({ nameEndsIn: "prod" })],
      ["dev", form({ nameEndsIn: "dev", environment: "dev", runs: github(null) })],
      ["staging", form({ nameEndsIn: "staging", runs: github({ environment: "staging" }) })],
    ]);
  });
  test("keeps for all what was changed by hand, but what hangs on the environment", () => {
    const exception = { reason: "r", endsAt: days(9), owner: "o" };
    const edits = { name: "mine", owner: "amara", target: "t", endsAt: days(9), exception };
    const [own, other, third] = several([{ ...dev, target: "u" }, staging], { edits });
    expect(own?.[1].edits).toEqual({ ...edits, name: "mine-prod" });
    expect(other?.[1].edits).toStrictEqual({ name: "mine-dev", owner: "amara", target: "u" });
    expect(third?.[1].edits).toStrictEqual({ name: "mine-staging", owner: "amara" });
    expect(own?.[1]).not.toHaveProperty("nameEndsIn");
  });
  test.each<[string, readonly Beside[], Partial<Answers>, string | null]>([
    ["nothing is beside", [], {}, "prod"],
    ["only its own is", [{ ...dev, environment: "prod" }], {}, "prod"],
    ["its own is open", [dev], { runs: null }, null],
  ])("is one request where %s", (_, beside, change, environment) => {
    expect(several(beside, change)).toEqual([[environment, form(change)]]);
    const { beside: _beside, ...plain } = form(change);
    expect(severalAnswers(plain)).toEqual([{ environment, answers: plain }]);
  });
  test("counts what is named twice once, the first time", () => {
    const twice = several([dev, { ...dev, subject: { branch: "x" } }]);
    expect(twice.map(([, { runs }]) => runs)).toEqual([github({ environment: "production" }), github(null)]);
  });
  test.each<[Beside["subject"], Beside["subject"], string | null]>([
    [{ environment: "dev" }, { environment: "dev" }, "dev"],
    [{ environment: "production" }, null, "dev"],
    [{ branch: "prod" }, { branch: "prod" }, "dev"],
    [null, null, "dev"],
  ])("trusts in dev with %j: %j, in %j", (asked, subject, environment) => {
    const [, other] = several([{ environment: "dev", subject: asked }]);
    expect(other?.[1]).toMatchObject({ runs: github(subject), environment });
  });
  test("is also one where nobody said yet what runs it", () => {
    expect(several([dev], { runs: null, environment: "prod" }).map(([, { runs }]) => runs)).toEqual([null, null]);
  });
  test("leaves alone what runs it where that is no pipeline", () => {
    const [, other] = several([dev], { runs: workload, environment: "prod" });
    expect(other).toEqual(["dev", form({ runs: workload, environment: "dev", nameEndsIn: "dev" })]);
  });
});

test.each([
  ["prod", ["eu", "Production"], "Production"],
  ["staging", ["stage", "staging-2"], "stage"],
  ["dev", ["preview", "Development"], "Development"],
  ["dev", ["my-dev"], null],
  ["prod", [], null],
] as const)("the environment of a repository that runs %s is among %j: %j", (environment, known, name) => {
  expect(subjectFor(environment, known)).toEqual(name === null ? null : { environment: name });
});
