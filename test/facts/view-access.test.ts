import { expect, test } from "vitest";
import type { Plan, PlannedObject } from "#lib/domain/plan.ts";
import { viewAccess } from "#lib/judgement/view-access.ts";

const policy = (...actions: readonly string[]): PlannedObject => ({
  ...{ kind: "inline-policy", title: "", name: "permissions", details: [] },
  desired: { document: { Statement: [{ Effect: "Allow", Action: actions, Resource: ["arn:aws:s3:::ledger/*"] }] } },
});
const plan = (former: PlannedObject, after: PlannedObject): Plan => ({
  ...{
    v: 1,
    kind: "change-access",
    request: "r",
    version: 1,
    identity: "i",
    connector: "aws-iam",
    target: "t",
    name: "n",
  },
  ...{ entries: { target: "", vault: null }, objects: [after], storage: null, endsAt: "2099-01-01T00:00:00.000Z" },
  change: { former: [{ kind: former.kind, name: former.name, desired: former.desired }] },
});

test("what matters most is never hidden behind a long list of what does not, and all of it is counted", async () => {
  const view = await viewAccess(
    plan(policy("s3:GetObject"), policy("s3:GetObject", "ec2:*", "iam:PassRole", "new:Thing")),
  );
  const { lines = [], count = 0, counts = [] } = view?.added ?? {};
  expect(count).toBeGreaterThan(lines.length);
  const first = lines.slice(0, 10).map(({ action }) => action);
  expect(first).toEqual(expect.arrayContaining(["iam:PassRole", "ec2:RunInstances", "new:Thing"]));
  expect(lines.map(({ level }) => level)).not.toContain("list");
  expect(counts.reduce((sum, one) => sum + one.count, 0)).toBe(count);
  expect(counts).toContainEqual(expect.objectContaining({ level: "list", count: expect.toSatisfy((n) => n > 100) }));
});
