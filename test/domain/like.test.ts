import { describe, expect, test } from "vitest";
import type { Charter, Origins } from "#lib/domain/charter.ts";
import { compose } from "#lib/domain/compose.ts";
import { linkAnswers } from "#lib/domain/form-link.ts";
import { answersLike, type LikeFacts } from "#lib/domain/like.ts";
import { merged, parametersOf } from "#lib/domain/permission.ts";
import { readAnswers } from "#lib/domain/read-answers.ts";
import { compareReach } from "#lib/domain/similar.ts";
import { charter, days, now, pipelineFacts, reach, service } from "./forms.ts";

const facts: LikeFacts = {
  ...pipelineFacts,
  blueprint: pipelineFacts.blueprint,
  names: { jonas: "Jonas Kern", amara: "Amara Obi", left: "Lea Left", ledger: "Ledger", "payments-cloud": "Payments" },
};
const need = { pack: "write-bucket", parameters: { bucket: "ledger-cold" } };
const typed = (...fields: readonly (keyof Charter)[]): Origins =>
  Object.fromEntries(fields.map((field) => [field, { how: "typed" as const }]));
const like = (change: Partial<Charter> = {}, origins: Origins = {}, known: Partial<LikeFacts> = {}) =>
  answersLike({ charter: { ...charter, ...change }, origins, need, facts: { ...facts, ...known } });

describe("one like this", () => {
  test("asks for what it may do and what runs it; nothing was dropped, and every default is today's", () => {
    const { answers, left } = like();
    expect(left).toEqual([]);
    expect(answers).toEqual({
      blueprint: "pipeline-role",
      runs: { kind: "github", repository: "acme/ledger", subject: { environment: "production" } },
      need,
      purpose: "",
      environment: null,
      edits: {},
    });
    expect(readAnswers(answers)).toEqual({ ok: answers });
    const { filled } = compose({ answers, facts: pipelineFacts, now, spec: { ok: charter.spec } });
    expect(filled).toMatchObject({ owner: "jonas", target: "payments-cloud" });
    expect(filled.endsAt).not.toBe(charter.endsAt);
  });
  test("what was chosen by hand is copied while it holds", () => {
    const chosen = typed(
      "owner",
      "backup",
      "endsIt",
      "team",
      "target",
      "classification",
      "dataDomains",
      "credential",
      "retireWhen",
    );
    const { answers, left } = like({ owner: "amara", backup: { team: "payments" } }, chosen);
    expect(left).toEqual([]);
    expect(answers.edits).toEqual({
      owner: "amara",
      backup: { team: "payments" },
      endsIt: "jonas",
      team: "payments",
      target: "payments-cloud",
      classification: "confidential",
      dataDomains: [],
      credential: "federated",
      retireWhen: charter.retireWhen,
    });
  });
  test("never its name, its purpose, its end or its exception", () => {
    const exception = { reason: "The vendor has no tokens", endsAt: days(30), owner: "amara" };
    const { answers, left } = like({ exception }, typed("name", "purpose", "endsAt", "exception"));
    expect([answers.purpose, answers.edits]).toEqual(["", {}]);
    expect(left.map(({ field }) => field)).toEqual(["exception", "endsAt"]);
  });

  test.each<[string, Partial<Charter>, Partial<LikeFacts>, string, string]>([
    ["the owner left", { owner: "left" }, {}, "owner", "Lea Left, its owner, is no longer active."],
    ["who ends it left", { endsIt: "left" }, {}, "endsIt", "Lea Left, who ends it, is no longer active."],
    ["the backup left", { backup: { person: "left" } }, {}, "backup", "Lea Left, its backup, is no longer active."],
    [
      "the backup is nobody any more",
      { backup: { person: "gone" } },
      {},
      "backup",
      "Its backup, its backup, is no longer active.",
    ],
    ["the target is gone", { target: "old-cloud" }, {}, "target", "old-cloud is no longer a target."],
    [
      "the target serves it no more",
      {},
      { targets: [{ name: "payments-cloud", environments: ["dev"] }] },
      "target",
      "Payments is no longer a target for prod.",
    ],
    [
      "the repository is archived",
      {},
      { repositories: pipelineFacts.repositories.map((one) => ({ ...one, archived: true })) },
      "runs",
      "acme/ledger was archived: nothing runs there.",
    ],
    [
      "the GitHub environment is gone",
      {},
      { repositories: pipelineFacts.repositories.map((one) => ({ ...one, environments: ["staging"] })) },
      "runs",
      "acme/ledger no longer has the environment production.",
    ],
    [
      "the service was decommissioned",
      {},
      { services: pipelineFacts.services.map((one) => ({ ...one, decommissioned: true })) },
      "service",
      "Ledger was decommissioned.",
    ],
    [
      "the blueprint left the environment",
      {},
      { blueprint: { title: "Role for a pipeline", guardRails: { environments: ["dev"] } } },
      "environment",
      "Role for a pipeline is no longer made in prod.",
    ],
  ])(
    "%s: says so in a line, and does not copy it even where it was chosen",
    (_what, change, known, field, sentence) => {
      const all = typed("owner", "endsIt", "backup", "target", "service", "team");
      const { answers, left } = like(change, all, known);
      expect(left).toContainEqual({
        field,
        sentence: sentence.replace("Its backup, its backup,", "Its backup, its backup,"),
      });
      expect(Object.keys(answers.edits)).not.toContain(field);
      expect(readAnswers(answers)).toEqual({ ok: answers });
    },
  );
  test("a workload keeps its service unless that was decommissioned", () => {
    const binding = { kind: "workload", runsOn: "batch-7" } as const;
    expect(like({ binding }).answers).toMatchObject({ runs: { ...binding, service: "ledger" }, environment: "prod" });
    const gone = like({ binding }, {}, { services: [] });
    expect([gone.answers.runs, gone.left[0]?.field]).toEqual([binding, "service"]);
  });
  test("a repository that nobody verified keeps the ids that were typed", () => {
    const { answers } = like({}, {}, { repositories: [] });
    expect(answers.runs).toMatchObject({ ownerId: "81", repositoryId: "5120" });
  });
});

const link = { repo: null, environment: null, pack: null, parameters: {} };
const linked = {
  id: "pipeline-role",
  title: "Role for a pipeline",
  questions: [{ kind: "github" }, { kind: "reach" }],
  guardRails: { environments: ["dev", "staging", "prod"] },
  packs: [{ id: "write-bucket", parameters: [{ name: "bucket" }] }],
  repositories: pipelineFacts.repositories,
} as const;

describe("a link into the form", () => {
  test("fills what it names, the repository in the directory's spelling", () => {
    const { answers, said } = linkAnswers(
      { repo: "ACME/ledger", environment: "prod", pack: "write-bucket", parameters: { bucket: "cold", other: "x" } },
      linked,
    );
    expect(said).toEqual({});
    expect(answers).toMatchObject({
      runs: { kind: "github", repository: "acme/ledger", subject: { environment: "production" } },
      need: { pack: "write-bucket", parameters: { bucket: "cold" } },
      environment: null,
      purpose: "",
    });
    expect(readAnswers(answers)).toEqual({ ok: answers });
  });
  test("GitHub's own name of an environment, and one of ours that none tells", () => {
    expect(linkAnswers({ ...link, repo: "acme/ledger", environment: "Preview" }, linked).answers.runs).toMatchObject({
      subject: { environment: "Preview" },
    });
    expect(linkAnswers({ ...link, repo: "acme/ledger", environment: "dev" }, linked).answers).toMatchObject({
      runs: { subject: null },
      environment: "dev",
    });
  });
  test.each([
    [{ repo: "ledger" }, "runs", /“ledger”, which is no repository/],
    [{ repo: "a/b/c" }, "runs", /no repository/],
    [{ repo: "acme/<script>" }, "runs", /“acme\/\?script\?”/],
    [{ repo: "acme/ledger", environment: "qa" }, "runs", /“qa”, which is no environment of that repository/],
    [{ pack: "mine-bitcoin" }, "need", /“mine-bitcoin”, which is not offered here/],
    [{ pack: "__proto__" }, "need", /not offered/],
  ])("%j says at its field what is wrong and fills nothing there", (wrong, field, sentence) => {
    const { answers, said } = linkAnswers({ ...link, ...wrong }, linked);
    expect(said[field]).toMatch(sentence);
    expect(field === "need" ? answers.need : answers.environment).toBe(null);
  });
  test("what the blueprint has no question for, or is not made in", () => {
    const workload = { ...linked, questions: [{ kind: "workload" }], guardRails: { environments: ["dev"] } } as const;
    expect(linkAnswers({ ...link, repo: "acme/ledger" }, workload).said.runs).toContain("has none");
    expect(linkAnswers({ ...link, environment: "prod" }, workload).said.environment).toContain("not made in prod");
    expect(linkAnswers({ ...link, environment: "dev" }, workload)).toMatchObject({
      said: {},
      answers: { environment: "dev" },
    });
  });
});

describe("the reach pack that made some grants", () => {
  const pack = [
    { actions: ["list"], resources: ["arn:{partition}:::{bucket}"] },
    { actions: ["get", "put"], resources: ["arn:{partition}:::{bucket}/*"] },
  ];
  const made = (first: string, second: string) => [
    { actions: ["list"], resources: [`arn:{partition}:::${first}`] },
    { actions: ["get", "put"], resources: [`arn:{partition}:::${second}/*`] },
  ];
  test("is told by its parameters, the target's own placeholders left alone", () => {
    expect(parametersOf(pack, ["bucket"], made("cold", "cold"))).toEqual({ bucket: "cold" });
  });
  test.each([
    ["another value in another place", made("cold", "warm")],
    ["fewer grants", made("cold", "cold").slice(1)],
    [
      "other actions",
      [{ actions: ["list", "put"], resources: ["arn:{partition}:::cold"] }, ...made("cold", "cold").slice(1)],
    ],
    ["another text", [{ actions: ["list"], resources: ["arn:aws:::cold"] }, ...made("cold", "cold").slice(1)]],
  ])("is not told by %s", (_what, grants) => {
    expect(parametersOf(pack, ["bucket"], grants)).toBe(null);
  });
  test("grants of the same resources are one, in whatever order they name them", () => {
    const grants = [
      { actions: ["a"], resources: ["x", "y"] },
      { actions: ["b", "a"], resources: ["y", "x"] },
      { actions: ["c"], resources: ["x"] },
    ];
    expect(merged(grants).map(({ actions }) => actions)).toEqual([["a", "b"], ["c"]]);
  });
});

test("two reaches are compared by their actions", () => {
  const asked = reach({ services: [service("s3", "read", "write")] });
  const other = reach({ services: [service("s3", "read"), service("sqs", "write")], unknown: ["x:Y"] });
  expect(compareReach(asked, other)).toEqual({ same: 1, beside: ["sqs:write", "x:Y"], without: ["s3:write"] });
});
