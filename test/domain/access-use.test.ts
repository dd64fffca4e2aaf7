import { describe, expect, it } from "vitest";
import { type AccessTold, actionUse, lagBeside, type ServiceTold } from "#lib/domain/access-use.ts";

const at = (text: string) => new Date(`2026-11-${text}:00.000Z`);
const service = (of: Partial<ServiceTold>): ServiceTold => ({
  ...{ service: "s3", lastUsedAt: null, actions: null, untraced: [], ...of },
});
const told = (services: readonly ServiceTold[], of: Partial<AccessTold> = {}): AccessTold => ({
  ...{ source: "s", services, seesSince: at("01T00:00"), lagMinutes: 240, observedAt: at("11T04:00"), ...of },
});
const long = new Date("2025-01-01T00:00:00.000Z");
const used = "2026-11-09T10:00:00.000Z";

describe("what a source's answer says of one action", () => {
  it("is its own last use where actions are told, by a name in any case", () => {
    const actions = [
      { action: "s3:GetBucketAcl", lastUsedAt: used },
      { action: "s3:DeleteBucket", lastUsedAt: null },
    ];
    const one = told([service({ lastUsedAt: used, actions })]);
    expect(actionUse("S3:getbucketacl", one, long)).toEqual({ said: "used", at: used });
    expect(actionUse("s3:DeleteBucket", one, long)).toEqual({ said: "not-seen", days: 10 });
    expect(actionUse("s3:GetObject", one, long)).toEqual({ said: "service-used", at: used });
  });

  it("is silence for every action of a service that was never used, but for those that leave no trace", () => {
    const one = told([service({ service: "iam", untraced: ["iam:PassRole"] })]);
    expect(actionUse("iam:ListUsers", one, long)).toEqual({ said: "not-seen", days: 10 });
    expect(actionUse("iam:passrole", one, long)).toEqual({ said: "not-told" });
  });

  it("is nothing of a service that is not named, nor of one whose name begins alike", () => {
    expect(actionUse("sqs:SendMessage", told([service({})]), long)).toEqual({ said: "not-told" });
    expect(actionUse("s3express:CreateSession", told([service({})]), long)).toEqual({ said: "not-told" });
    expect(actionUse("s3:GetObject", told([]), long)).toEqual({ said: "not-told" });
  });

  it.each([
    ["10T00:00", { said: "not-seen", days: 1 }],
    ["10T00:01", { said: "too-soon" }],
    ["11T05:00", { said: "too-soon" }],
  ])("counts from the last change of the object at %s, less the lag", (changed, expected) => {
    expect(actionUse("s3:GetObject", told([service({})]), at(changed))).toEqual(expected);
  });

  it("stands beside how late it is told", () => {
    expect([0, 15, 240].map(lagBeside)).toEqual(["told at once", "≤ 15 min late", "≤ 4 h late"]);
  });

  it("is no silence where nobody knows since when it could be used", () => {
    expect(actionUse("s3:GetObject", told([service({})]), null)).toEqual({ said: "not-told" });
  });
});
