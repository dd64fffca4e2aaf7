import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GithubBinding } from "#lib/domain/charter.ts";
import { environmentTold, githubSubjects } from "#lib/domain/subject.ts";
import { charter } from "./forms.ts";

const good = charter.binding as GithubBinding;
const subs = (change: Partial<GithubBinding>) => {
  const result = githubSubjects({ ...good, ...change });
  return "ok" in result ? result.ok.map((one) => one.sub) : result.refusals.map((one) => one.field);
};

describe("the subject a trust accepts", () => {
  test("is written in each of the binding's formats", () => {
    expect(subs({ formats: ["immutable", "names"] })).toEqual([
      "repo:acme@81/ledger@5120:environment:production",
      "repo:acme/ledger:environment:production",
    ]);
    expect(subs({ subject: { branch: "release/v2" } })).toEqual(["repo:acme@81/ledger@5120:ref:refs/heads/release/v2"]);
  });

  test("writes a colon of an environment as GitHub does", () => {
    expect(subs({ subject: { environment: "eu:prod" } })).toEqual(["repo:acme@81/ledger@5120:environment:eu%3Aprod"]);
  });

  test.each([
    ["*"],
    ["prod*"],
    ["prod?"],
    ["pull_request"],
    ["a\nb"],
    ["a b"],
    ["a%3Ab"],
    ["a/b"],
    [""],
    ["prod\u202E"],
    ["x".repeat(256)],
  ])("refuses the environment %j", (environment) => {
    expect(subs({ subject: { environment } })).toEqual(["binding.environment"]);
  });

  test.each([
    ["*"],
    ["pull_request"],
    ["main:x"],
    ["a..b"],
    ["/main"],
    ["main/"],
    ["a//b"],
    [".hidden"],
    ["x.lock"],
    ["-x"],
    ["refs/heads/main"],
    ["refs/tags/v1"],
    ["refs/heads/"],
    ["a\nb"],
    [""],
    ["x".repeat(201)],
  ])("refuses the branch %j", (branch) => {
    expect(subs({ subject: { branch } })).toEqual(["binding.branch"]);
  });

  test.each<[Partial<GithubBinding>, string, string, string]>([
    [
      { repository: "acme" },
      ...(["binding.repository", "This is not a repository's name."] as const),
      "Write it as owner/name, as GitHub spells it.",
    ],
    [
      { ownerId: "x" },
      ...(["binding.repositoryId", "The owner's and the repository's numeric ids are needed."] as const),
      "Copy both ids from GitHub; they are whole numbers.",
    ],
    ...[{ environment: "pull_request" }, { branch: "pull_request" }].map(
      (subject) =>
        [
          { subject },
          "environment" in subject ? "binding.environment" : "binding.branch",
          "Pull requests run code that nobody has reviewed; they are never trusted.",
          "Choose an environment or a branch.",
        ] as const satisfies [object, string, string, string],
    ),
    [
      { subject: { branch: "release/?" } },
      ...(["binding.branch", "A wildcard would accept more than one workload."] as const),
      "Name one environment or one branch.",
    ],
    [
      { subject: { environment: "a b" } },
      ...(["binding.environment", "This environment's name cannot be trusted exactly."] as const),
      "Use an environment named with letters, digits, hyphens, dots, underscores or colons.",
    ],
    [
      { subject: { branch: "a b" } },
      ...(["binding.branch", "This branch's name cannot be trusted exactly."] as const),
      "Use a branch named with letters, digits, hyphens, dots, underscores and slashes.",
    ],
    [
      { subject: { branch: "refs/tags/v1" } },
      ...(["binding.branch", "This is a full reference, not a branch's name; no token would ever match it."] as const),
      "Name a branch.",
    ],
  ])("says why %j is refused", (change, field, sentence, mend) => {
    const result = githubSubjects({ ...good, ...change });
    expect(result).toEqual({ refusals: [{ code: "invalid", field, sentence, mend }] });
  });

  test.each([
    ["a.b", true],
    ["a/b.c", true],
    ["a.lockb", true],
    ["refs", true],
    ["a-", true],
    ["_", true],
    ["a.", false],
    ["a/.b", false],
    ["a.lock/b", false],
    ["a b", false],
    ["é", false],
  ])("the branch %j may be trusted: %j", (branch, may) => {
    const accepted = [`repo:acme@81/ledger@5120:ref:refs/heads/${branch}`];
    expect(subs({ subject: { branch } })).toEqual(may ? accepted : ["binding.branch"]);
  });

  test.each([
    ["acme/.", false],
    ["acme/...", true],
    ["acme/.github", true],
    ["a_b/x", true],
    ["_a/x", false],
    ["acme/x/", false],
    ["xacme /ledger", false],
    ["acme/led ger", false],
    ["acme/", false],
  ])("the repository %j may be named: %j", (repository, may) => {
    expect("ok" in githubSubjects({ ...good, repository })).toBe(may);
  });

  test("each with its format, an id of up to 19 digits", () => {
    expect(githubSubjects({ ...good, ownerId: "1".repeat(19), formats: ["names", "immutable"] })).toEqual({
      ok: [
        { format: "names", sub: "repo:acme/ledger:environment:production" },
        { format: "immutable", sub: `repo:acme@${"1".repeat(19)}/ledger@5120:environment:production` },
      ],
    });
    expect(subs({ subject: { environment: "a:b:c._-" } })).toEqual([
      "repo:acme@81/ledger@5120:environment:a%3Ab%3Ac._-",
    ]);
  });

  test("says the branch's own name where the full reference was typed", () => {
    const made = githubSubjects({ ...good, subject: { branch: "refs/heads/release/v2" } });
    expect(made).toMatchObject({ refusals: [{ mend: "Leave out refs/heads/ and write release/v2." }] });
    const within = githubSubjects({ ...good, subject: { branch: "refs/tags/refs/heads/x" } });
    expect(within).toMatchObject({ refusals: [{ mend: "Name a branch." }] });
    const turned = githubSubjects({ ...good, subject: { branch: "refs/heads/x\u202ey" } });
    expect(turned).toMatchObject({ refusals: [{ mend: "Name a branch." }] });
  });

  test.each([
    ["acme"],
    ["acme/*"],
    ["acme/a/b"],
    ["acme@81/ledger"],
    ["acme/.."],
    ["acme/led:ger"],
    ["/ledger"],
    ["-acme/ledger"],
    [`${"a".repeat(40)}/x`],
    [`a/${"x".repeat(101)}`],
  ])("refuses the repository %j", (repository) => {
    expect(subs({ repository })).toEqual(["binding.repository"]);
  });

  test.each([["*"], ["0"], ["081"], ["8 1"], [""], ["1".repeat(20)]])("refuses the id %j", (id) => {
    expect(subs({ ownerId: id })).toEqual(["binding.repositoryId"]);
    expect(subs({ repositoryId: id })).toEqual(["binding.repositoryId"]);
  });

  test("at the limits it is accepted", () => {
    expect(subs({ repository: `${"a".repeat(39)}/${"x".repeat(100)}` })[0]).toContain("repo:");
    expect(subs({ subject: { environment: "e".repeat(255) } })[0]).toContain(":environment:eee");
    expect(subs({ subject: { branch: "b".repeat(200) } })[0]).toContain("refs/heads/bbb");
  });

  test("whatever is typed, a subject names one workload, and two workloads never share one", () => {
    const part = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom("acme", "ledger", "prod", "a:b", "a%3Ab", "*", "environment:x", "main", "@81"),
    );
    const binding = fc.record({
      repository: fc.tuple(part, part).map((parts) => parts.join("/")),
      ownerId: fc.constantFrom("81", "8", "*", "1"),
      repositoryId: fc.constantFrom("5120", "120", "1"),
      subject: fc.oneof(
        part.map((environment) => ({ environment })),
        part.map((branch) => ({ branch })),
      ),
    });
    fc.assert(
      fc.property(binding, binding, (one, other) => {
        const [a, b] = [one, other].map((change) => githubSubjects({ ...good, ...change }));
        if (a === undefined || b === undefined || !("ok" in a) || !("ok" in b)) return;
        const [first, second] = [a.ok[0]?.sub ?? "", b.ok[0]?.sub ?? ""];
        expect(first).toMatch(/^repo:[\w-]+@\d+\/[\w.-]+@\d+:(environment:[\w.%-]+|ref:refs\/heads\/[\w./-]+)$/);
        if (first === second) expect(one).toEqual(other);
      }),
      { numRuns: 2000 },
    );
  });
});

test.each([
  ["production", "prod"],
  ["Prod-EU", "prod"],
  ["staging", "staging"],
  ["STAGE", "staging"],
  ["preprod", null],
  ["backstage", null],
  ["pro", null],
  ["dev", null],
  ["", null],
])("the GitHub environment %j tells %j", (name, told) => {
  expect(environmentTold(name)).toBe(told);
});
