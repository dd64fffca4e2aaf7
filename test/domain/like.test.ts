import { describe, expect, test } from "vitest";
import type { Charter, GithubBinding, Origins } from "#lib/domain/charter.ts";
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
      "rotation",
      "retireWhen",
      "service",
    );
    const { answers, left } = like({ owner: "amara", backup: { team: "payments" } }, chosen);
    expect(left).toEqual([]);
    expect(answers.edits).toEqual({
      owner: "amara",
      backup: { team: "payments" },
      endsIt: "jonas",
      team: "payments",
      target: "payments-cloud",
      service: "ledger",
      classification: "confidential",
      dataDomains: [],
      credential: "federated",
      rotation: null,
      retireWhen: charter.retireWhen,
    });
  });
  test("never its name, its purpose, its end or its exception", () => {
    const exception = { reason: "The vendor has no tokens", endsAt: days(30), owner: "amara" };
    const { answers, left } = like({ exception }, typed("name", "purpose", "endsAt", "exception"));
    expect([answers.purpose, answers.edits]).toEqual(["", {}]);
    expect(left).toEqual([
      {
        field: "exception",
        sentence: "Its exception (The vendor has no tokens) was granted to that identity alone.",
      },
      { field: "endsAt", sentence: "Its end was chosen for that identity: this one's follows policy." },
    ]);
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
    ["the owner has no name", { owner: "gone" }, {}, "owner", "Somebody, its owner, is no longer active."],
    ["the backup was a team", { backup: { team: "gone" } }, {}, "backup", "Its backup is no longer a team."],
    [
      "the backup was a team with a name",
      { backup: { team: "gone" } },
      { names: { gone: "Old Payments" } },
      "backup",
      "Old Payments is no longer a team.",
    ],
    ["the team is gone", { team: "gone" }, {}, "team", "Its team is no longer one."],
    ["the service is unknown", { service: "gone" }, {}, "service", "Its business service was decommissioned."],
    [
      "both formats were trusted for a while",
      { binding: { ...(charter.binding as GithubBinding), formatsUntil: days(3) } },
      {},
      "runs",
      "The older subject format is trusted no longer than it was agreed.",
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
      expect(left).toEqual([{ field, sentence }]);
      expect(Object.keys(answers.edits)).not.toContain(field);
      expect(readAnswers(answers)).toEqual({ ok: answers });
    },
  );
  test("a workload keeps its service unless that was decommissioned", () => {
    const binding = { kind: "workload", runsOn: "batch-7" } as const;
    expect(like({ binding }).answers).toMatchObject({ runs: { ...binding, service: "ledger" }, environment: "prod" });
    const decommissioned = pipelineFacts.services.map((one) => ({ ...one, decommissioned: true }));
    for (const services of [[], decommissioned]) {
      const gone = like({ binding }, typed("service"), { services });
      expect([gone.answers.runs, gone.answers.edits]).toEqual([binding, {}]);
      expect(gone.left).toEqual([{ field: "service", sentence: "Ledger was decommissioned." }]);
    }
    expect(like({ binding }, typed("service")).answers.edits).toEqual({});
    const unnamed = like({ binding, service: "gone" });
    expect(unnamed.left).toEqual([{ field: "service", sentence: "Its business service was decommissioned." }]);
  });
  test("a repository that nobody verified keeps the ids that were typed", () => {
    const { answers } = like({}, {}, { repositories: [] });
    expect(answers.runs).toEqual({
      ...{ kind: "github", repository: "acme/ledger", ownerId: "81", repositoryId: "5120" },
      subject: { environment: "production" },
    });
  });
  test("a branch is no environment that could be gone, and tells none", () => {
    const binding = { ...(charter.binding as GithubBinding), repository: "ACME/ledger", subject: { branch: "main" } };
    const { answers, left } = like({ binding });
    expect([left, answers.environment]).toEqual([[], "prod"]);
    expect(answers.runs).toEqual({ kind: "github", repository: "acme/ledger", subject: { branch: "main" } });
  });
  test("where nothing runs in it any more, its environment stays", () => {
    const bare = pipelineFacts.repositories.map((one) => ({ ...one, environments: [] }));
    const { answers } = like({}, {}, { repositories: bare });
    expect([answers.environment, answers.runs]).toMatchObject(["prod", { subject: null }]);
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
  const noRepository = (shown: string) =>
    `The link names “${shown}”, which is no repository: it is written owner/name.`;
  test.each([
    [{ repo: "ledger" }, "runs", noRepository("ledger")],
    [{ repo: "a/b/c" }, "runs", noRepository("a/b/c")],
    [{ repo: "/b" }, "runs", noRepository("/b")],
    [{ repo: "a/" }, "runs", noRepository("a/")],
    [{ repo: "-a/b" }, "runs", noRepository("-a/b")],
    [{ repo: `${"a".repeat(40)}/b` }, "runs", noRepository(`${"a".repeat(40)}/b`)],
    [{ repo: `a/${"b".repeat(101)}` }, "runs", noRepository(`a/${"b".repeat(58)}`)],
    [{ repo: "acme/<script>" }, "runs", noRepository("acme/?script?")],
    [{ repo: "é_/ 7.-:<" }, "runs", noRepository("é_/ 7.-:?")],
    [
      { repo: "acme/ledger", environment: "qa" },
      "runs",
      "The link names “qa”, which is no environment of that repository, nor one of dev, staging, prod.",
    ],
    [{ repo: "acme/<script>", environment: "qa" }, "runs", noRepository("acme/?script?")],
    [
      { pack: "mine-bitcoin" },
      "need",
      "The link names “mine-bitcoin”, which is not offered here: choose from the list.",
    ],
    [{ pack: "__proto__" }, "need", "The link names “__proto__”, which is not offered here: choose from the list."],
  ])("%j says at its field what is wrong and fills nothing there", (wrong, field, sentence) => {
    const { answers, said } = linkAnswers({ ...link, ...wrong }, linked);
    expect(said).toEqual({ [field]: sentence });
    expect(field === "need" ? answers.need : answers.environment).toBe(null);
  });
  test("a repository that nobody recorded is taken as it is written, up to GitHub's limits", () => {
    for (const repository of [`${"a".repeat(39)}/${"b".repeat(100)}`, "A-9/._-z"])
      expect(linkAnswers({ ...link, repo: repository, environment: "prod" }, linked)).toMatchObject({
        answers: { runs: { kind: "github", repository, subject: null }, environment: "prod" },
        said: {},
      });
  });
  test("of two environments of GitHub's that tell the same none is taken for the other", () => {
    const repositories = pipelineFacts.repositories.map((one) => ({ ...one, environments: ["prod-eu", "prod-us"] }));
    const { answers } = linkAnswers({ ...link, repo: "acme/ledger", environment: "prod" }, { ...linked, repositories });
    expect([answers.runs, answers.environment]).toMatchObject([{ subject: null }, "prod"]);
  });
  test("without a repository names no subject; a pack takes the parameters that it has, inherited ones not", () => {
    expect(linkAnswers({ ...link, environment: "prod" }, linked).answers).toMatchObject({
      ...{ runs: null, environment: "prod", need: null },
    });
    const parameters = Object.create({ bucket: "cold" });
    expect(linkAnswers({ ...link, pack: "write-bucket", parameters }, linked).answers.need).toStrictEqual({
      ...{ pack: "write-bucket", parameters: {} },
    });
    expect(linkAnswers({ ...link, pack: "write-bucket" }, linked).answers.need).toStrictEqual({
      ...{ pack: "write-bucket", parameters: {} },
    });
    expect(linkAnswers({ ...link, repo: "acme/ledger" }, linked)).toMatchObject({
      ...{ answers: { runs: { subject: null }, environment: null }, said: {} },
    });
  });
  test("what the blueprint has no question for, or is not made in", () => {
    const workload = { ...linked, questions: [{ kind: "workload" }], guardRails: { environments: ["dev"] } } as const;
    const said = (of: object) => linkAnswers({ ...link, ...of }, workload).said;
    expect(said({ repo: "acme/ledger" })).toEqual({
      runs: "The link names a repository, but Role for a pipeline has none.",
    });
    expect(said({ environment: "prod" })).toEqual({ environment: "Role for a pipeline is not made in prod." });
    expect(said({ environment: "qa" })).toEqual({
      environment: "The link names “qa”, which is none of dev, staging, prod.",
    });
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
    [
      "a longer text",
      made("cold", "cold/x").map((one, at) => (at === 0 ? one : { ...one, resources: [`${one.resources}y`] })),
    ],
    ["no text", made("", "")],
    ["more resources", made("cold", "cold").map((one) => ({ ...one, resources: [...one.resources, "x"] }))],
    ["more grants", [...made("cold", "cold"), ...made("cold", "cold")]],
    ["another text", [{ actions: ["list"], resources: ["arn:aws:::cold"] }, ...made("cold", "cold").slice(1)]],
  ])("is not told by %s", (_what, grants) => {
    expect(parametersOf(pack, ["bucket"], grants)).toBe(null);
  });
  test.each<[string, string, { readonly [name: string]: string } | null]>([
    ["{a}-{b}", "x-y", { a: "x", b: "y" }],
    ["{a}-{b}", "x-y-z", { a: "x", b: "y-z" }],
    ["{a}/{a}", "x/x", { a: "x" }],
    ["a{a}", "ax", { a: "x" }],
    ["{a}/{a}", "x/y", null],
    ["{longName}", "x", { longName: "x" }],
    ["{a}", "x\ny", null],
    ["{A}", "x", null],
    ["{a1}", "x", null],
    ["p{a}", "xpa", null],
    ["{a}p", "apx", null],
    ["q.{a}", "qqx", null],
    ["{c}{a}", "{c}x", { a: "x" }],
    ["(.*)[^$|?+]\\{a}", "(.*)[^$|?+]\\x", { a: "x" }],
  ])("is told place by place: %j of %j", (template, text, parameters) => {
    const grants = (resource: string) => [{ actions: [], resources: [resource] }];
    expect(parametersOf(grants(template), ["a", "b", "longName", "A", "a1"], grants(text))).toEqual(parameters);
  });
  test("grants of the same resources are one, in whatever order they name them", () => {
    const grants = [
      { actions: ["a"], resources: ["x", "y"] },
      { actions: ["b", "a"], resources: ["y", "x"] },
      { actions: ["c"], resources: ["x"] },
    ];
    expect(merged(grants)).toEqual([
      { actions: ["a", "b"], resources: ["y", "x"] },
      { actions: ["c"], resources: ["x"] },
    ]);
    const apart = [
      { actions: ["a"], resources: ["x", "y"] },
      { actions: ["b"], resources: ["xy"] },
    ];
    expect(merged(apart)).toEqual(apart);
  });
});

test("two reaches are compared by their actions", () => {
  const asked = reach({ services: [service("s3", "read", "write")] });
  const other = reach({ services: [service("s3", "read"), service("sqs", "write")], unknown: ["x:Y"] });
  expect(compareReach(asked, other)).toEqual({ same: 1, beside: ["sqs:write", "x:Y"], without: ["s3:write"] });
});
