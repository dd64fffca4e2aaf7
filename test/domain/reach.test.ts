import { describe, expect, test } from "vitest";
import { gridOf } from "#lib/domain/grid.ts";
import { ladder } from "#lib/domain/ladder.ts";
import { riskOf } from "#lib/domain/risk.ts";
import { reach, service } from "./forms.ts";

const escalation = {
  id: "pass-role",
  sentence: "It could run code as any role.",
  path: [],
  actions: ["iam:PassRole"],
  mend: "Drop iam:PassRole.",
};

test("the grid counts per level and marks what takes part in a path", () => {
  const grid = gridOf(reach({ services: [service("s3", "read", "write")], permissionManagement: ["s3:write"] }));
  expect(grid.columns.map((one) => one.title)).toEqual(["List", "Read", "Write", "Permissions"]);
  expect(grid.rows[0]?.cells.map((one) => [one.count, one.marked])).toEqual([
    [0, false],
    [1, false],
    [1, true],
    [0, false],
  ]);
  expect(gridOf(reach({ services: [service("s3", "tagging")] })).columns.at(-1)?.title).toBe("Tagging");
});

test("the grid names every action of a cell, and marks whatever its case what nobody knows or leads to more", () => {
  const services = [service("S3", "read"), service("iam", "list", "tagging", "permissions")];
  const path = { ...escalation, actions: ["IAM:list"] };
  const grid = gridOf(reach({ services, unknown: ["s3:READ"], escalations: [path] }));
  expect(grid.columns.map(({ level }) => level)).toEqual(["list", "read", "write", "permissions", "tagging"]);
  expect(grid.rows.map(({ service: name, title }) => [name, title])).toEqual([
    ["S3", "S3"],
    ["iam", "IAM"],
  ]);
  const held = grid.rows.flatMap(({ cells }) => cells.filter(({ count }) => count > 0));
  expect(held).toEqual([
    { level: "read", count: 1, actions: ["S3:read"], marked: true },
    { level: "list", count: 1, actions: ["iam:list"], marked: true },
    { level: "permissions", count: 1, actions: ["iam:permissions"], marked: false },
    { level: "tagging", count: 1, actions: ["iam:tagging"], marked: false },
  ]);
});

describe("risk", () => {
  const of = (change: Parameters<typeof reach>[0] = {}, similar = 1) =>
    riskOf({ charter: { environment: "dev", credential: "federated" }, reach: reach(change), similar });
  const points = (result: { points: number }) => result.points;
  test("is the sum of its named points", () => {
    const result = riskOf({
      charter: { environment: "prod", credential: "static" },
      reach: reach({ services: [service("s3", "list", "read", "write")] }),
      similar: 0,
    });
    expect(result).toEqual({
      points: 36,
      parts: [
        { label: "prod", points: 6 },
        { label: "static credential", points: 20 },
        { label: "writes S3", points: 6 },
        { label: "first of its kind", points: 4 },
      ],
    });
  });
  test.each([
    [of(), 0],
    [of({}, 0), 4],
    [of({ services: [service("s3", "list", "tagging")] }), 0],
    [of({ services: [service("s3", "read")] }), 3],
    [of({ services: [service("s3", "permissions")] }), 12],
    [of({ wildcardResources: ["*", "b/*"] }), 10],
    [of({ escalations: [escalation] }), 36],
  ])("case %# is %#", (result, expected) => {
    expect(points(result)).toBe(expected);
  });
  test("names each of its parts", () => {
    const services = [service("s3", "read"), service("iam", "permissions", "list")];
    expect(of({ services, wildcardResources: ["*"], escalations: [escalation] }).parts).toEqual([
      { label: "reads S3", points: 3 },
      { label: "changes permissions IAM", points: 12 },
      { label: "wildcard resource", points: 10 },
      { label: "known way to escalate", points: 36 },
    ]);
  });
  test("is capped at 100", () => {
    const services = Array.from({ length: 9 }, (_, index) => service(`s${index}`, "permissions"));
    expect(points(of({ services: services.slice(0, 8) }))).toBe(96);
    expect(points(of({ services }))).toBe(100);
  });
});

describe("the ladder", () => {
  test("proposes the best rung that target and workload allow, and says why not a better one", () => {
    expect(ladder("federated", ["federated", "static"], "github")).toEqual({
      best: "federated",
      credential: "federated",
      sentence:
        "A federated credential is the best possible here: this target does not offer a platform-native credential.",
    });
    expect(ladder("static", ["federated", "static"], "workload")).toMatchObject({
      best: "static",
      credential: "static",
    });
    expect(ladder("static", ["federated", "static"], "github")).toMatchObject({
      best: "federated",
      credential: "static",
      sentence: expect.stringContaining("better"),
    });
    expect(ladder("static", ["platform-native", "federated"], "workload")).toBeNull();
  });
});
