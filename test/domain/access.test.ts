import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { covers as awsCovers } from "#lib/connectors/aws-iam/access.ts";
import { access as pgAccess, covers as pgCovers } from "#lib/connectors/postgresql/access.ts";
import { type Allowance, compareAccess, type Permission } from "#lib/domain/access.ts";

const may = (action: string, ...on: readonly (string | Allowance)[]): Permission => ({
  ...{ action, key: action.toLowerCase(), service: "S3", level: "read" },
  on: on.map((one) => (typeof one === "string" ? { resource: one, condition: null } : one)),
});
const said = (before: readonly Permission[], after: readonly Permission[], covers = awsCovers) => {
  const { added, takenAway } = compareAccess(before, after, covers);
  const lines = (of: typeof added) => of.map(({ action, on }) => `${action} ${on.join(" ")}`);
  return { added: lines(added), takenAway: lines(takenAway) };
};
const a = "arn:aws:s3:::a/*";
const b = "arn:aws:s3:::b/*";

describe("two plans are compared action by resource", () => {
  test("the same is no change, whatever the case of an action", () => {
    expect(said([may("s3:GetObject", a)], [may("S3:getobject", a)])).toEqual({ added: [], takenAway: [] });
  });
  test("an action at another place is added there and taken away here", () => {
    expect(
      said([may("s3:GetObject", a), may("s3:PutObject", b)], [may("s3:GetObject", b), may("s3:PutObject", a)]),
    ).toEqual({
      added: [`s3:GetObject ${b}`, `s3:PutObject ${a}`],
      takenAway: [`s3:GetObject ${a}`, `s3:PutObject ${b}`],
    });
  });
  test("a narrower place only takes away, a wider one adds", () => {
    const inside = "arn:aws:s3:::a/in/*";
    expect(said([may("s3:GetObject", a)], [may("s3:GetObject", inside)])).toEqual({
      added: [],
      takenAway: [`s3:GetObject ${a}`],
    });
    expect(said([may("s3:GetObject", inside)], [may("s3:GetObject", a)])).toEqual({
      added: [`s3:GetObject ${a}`],
      takenAway: [],
    });
  });
  test("a condition takes away; another condition, or none, adds", () => {
    const only = (condition: string | null) => [may("s3:GetObject", { resource: a, condition })];
    expect(said(only(null), only("x")).added).toEqual([]);
    expect(said(only("x"), only(null)).added).toEqual([`s3:GetObject ${a}`]);
    expect(said(only("x"), only("y")).added).toEqual([`s3:GetObject ${a}, only if y`]);
  });
});

describe("what is added beside what was held", () => {
  const q = "arn:aws:sqs:eu-west-1:1:q";
  const inside = "arn:aws:s3:::a/in/*";
  const only = (resource: string, condition: string | null) => ({ resource, condition });
  test.each<[string, readonly (string | Allowance)[], string | Allowance, boolean]>([
    ["the same place without a wildcard", [q], q, false],
    ["another one", [q], "arn:aws:sqs:eu-west-1:1:r", true],
    ["such a place by itself, where it is held under no condition", [q], only(q, "x"), false],
    ["under its own condition", [only(q, "x")], only(q, "x"), false],
    ["under another", [only(q, "x")], only(q, "y"), true],
    ["under no condition any more", [only(q, "x")], q, true],
    ["one of every place", ["*"], q, false],
    ["one within a place that stands beside another", [q, a], inside, false],
    ["one within either of two", [b, a], inside, false],
    ["within it under a condition", [a], only(inside, "x"), false],
    ["within it under its own condition", [only(a, "x")], only(inside, "x"), false],
    ["within it under another", [only(a, "x")], only(inside, "y"), true],
    ["within it under no condition any more", [only(a, "x")], inside, true],
  ])("is %s: %j, then %j: %j", (_, before, after, added) => {
    const change = said([may("s3:GetObject", ...before)], [may("s3:GetObject", after)]);
    expect(change.added).toHaveLength(added ? 1 : 0);
  });
  test("is each place once", () => {
    expect(said([], [may("s3:GetObject", a, b, a)]).added).toEqual([`s3:GetObject ${a} ${b}`]);
  });
});

describe("one resource certainly names another", () => {
  test.each<[string, string, boolean]>([
    ["*", a, true],
    [a, "*", false],
    ["arn:aws:s3:::a*", a, true],
    ["arn:aws:s3:::?/*", a, false],
    ["arn:aws:s3:::a?", "arn:aws:s3:::a*", false],
    ["arn:aws:s3:::a/?", "arn:aws:s3:::a/?", true],
    ["arn:aws:sqs:*:1:q", "arn:aws:sqs:eu-west-1:1:q", true],
    ["arn:aws:sqs:*:q", "arn:aws:sqs:eu-west-1:1:q", false],
    ["arn:aws:logs:eu:1:log-group:*", "arn:aws:logs:eu:1:log-group:x:log-stream:y", true],
    ["arn:aws:s3:::A/*", a, false],
    ["arn:aws:s3:::a/*", "arn:aws:s3:::a/${aws:username}", true],
    ["arn:aws:s3:::a/${aws:username}", "arn:aws:s3:::a/${aws:username}", true],
    ["arn:aws:s3:::a/${*}", "arn:aws:s3:::a/${aws:username}", false],
    ["arn:aws:s3:::a/*}", "arn:aws:s3:::a/${aws:username}", false],
    ["arn:aws:s3:::a/$*", "arn:aws:s3:::a/${aws:username}", false],
    [`arn:aws:s3:::a/${"?".repeat(15)}`, "arn:aws:s3:::a/${aws:username}", false],
  ])("%s and %s: %s", (general, specific, expected) => {
    expect(awsCovers(general, specific)).toBe(expected);
  });
  test("in PostgreSQL every table of a schema names one of them, and not the other way round", () => {
    expect([pgCovers("*", "orders"), pgCovers("orders", "*"), pgCovers("orders", "invoices")]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

test("a wildcard over actions compares the same two lists of places once, not once for each action", () => {
  const [actions, each] = [50, 40];
  let looked = 0;
  const place = (resource: string): Allowance => ({
    condition: null,
    get resource() {
      looked += 1;
      return resource;
    },
  });
  const all = (bucket: string) => {
    const on = Array.from({ length: each }, (_, at) => place(`arn:aws:s3:::${bucket}-${at}-*`));
    return Array.from({ length: actions }, (_, at): Permission => ({ ...may(`s3:Do${at}`), on }));
  };
  expect(compareAccess(all("a"), all("b"), awsCovers).added).toHaveLength(actions);
  expect(looked).toBeLessThan(actions * each * each);
});

test("in PostgreSQL a database and a schema are never taken for another pair that reads the same", async () => {
  const of = async (database: string, schema: string) =>
    pgAccess([
      ...[{ kind: "role", title: "", name: "r", details: [], desired: { labels: {} } }],
      ...[{ kind: "login", title: "", name: "l", details: [], desired: { memberOf: "r", validUntil: "" } }],
      {
        ...{ kind: "grants", title: "", name: database, details: [] },
        desired: { grants: [{ database, on: "table", schema, names: ["t"], privileges: ["SELECT"] }] },
      },
    ]);
  expect(said(await of("a.b", "c"), await of("a", "b.c"), pgCovers).added).toHaveLength(1);
});

test("whatever is not added is allowed by what was there before: no text that the new place names is new", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 4 });
  const arn = letters.map((text) => `arn:aws:s3:::${text}`);
  const texts = ["", "a", "b", "ab", "ba", "aab", "bbaa", "abab"];
  const names = (pattern: string, text: string) =>
    new RegExp(`^${pattern.slice(13).replaceAll("*", ".*").replaceAll("?", ".")}$`).test(text);
  fc.assert(
    fc.property(arn, arn, (before, after) => {
      if (said([may("s3:GetObject", before)], [may("s3:GetObject", after)]).added.length > 0) return;
      for (const text of texts) expect(names(after, text) && !names(before, text)).toBe(false);
    }),
    { numRuns: 2000 },
  );
});
