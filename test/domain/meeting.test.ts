import { expect, test } from "vitest";
import { meeting, phaseOf } from "#lib/domain/meeting.ts";

const steps = (...told: readonly string[]) =>
  told.map((one) => {
    const [kind = "", state = ""] = one.split(" ");
    return { kind, state };
  });

test.each([
  ["retire", ["disable ready", "remove waiting"], "between"],
  ["retire", ["disable sent", "remove waiting"], "running"],
  ["retire", ["disable done", "remove ready"], "held"],
  ["retire", ["disable done", "revoke done", "remove ready"], "ending"],
  ["retire", ["disable done", "remove claimed"], "ending"],
  ["rotate", ["issue ready", "disable waiting", "remove waiting"], "between"],
  ["rotate", ["issue ambiguous", "disable waiting", "remove waiting"], "running"],
  ["rotate", ["issue done", "disable ready", "remove waiting"], "held"],
  ["rotate", ["issue done", "disable done", "remove ready"], "ending"],
  ["renew", ["create done", "empower ready"], "between"],
] as const)("an open %s with %j is %s", (kind, told, phase) => {
  expect(phaseOf(kind, steps(...told))).toBe(phase);
});

test.each([
  ["renew", "retire", "held", "ends"],
  ["renew", "retire", "running", "waits"],
  ["transfer", "retire", "held", "waits"],
  ["suspend", "renew", "between", "ends"],
  ["suspend", "renew", "running", "waits"],
  ["suspend", "change-access", "between", "ends"],
  ["suspend", "change-access", "running", "waits"],
  ["suspend", "transfer", "running", "beside"],
  ["retire", "transfer", "between", "ends"],
  ["retire", "resume", "between", "ends"],
  ["retire", "change-access", "running", "waits"],
  ["retire", "suspend", "between", "waits"],
  ["renew", "change-access", "between", "waits"],
  ["change-access", "renew", "between", "waits"],
  ["change-access", "retire", "held", "waits"],
  ["change-access", "rotate", "held", "beside"],
  ["suspend", "rotate", "running", "waits"],
  ["suspend", "rotate", "between", "ends"],
  ["suspend", "rotate", "held", "beside"],
  ["retire", "rotate", "between", "ends"],
  ["retire", "rotate", "held", "ends"],
  ["retire", "rotate", "ending", "waits"],
  ["resume", "rotate", "held", "beside"],
  ["renew", "rotate", "between", "waits"],
  ["rotate", "rotate", "held", "waits"],
] as const)("a request to %s that meets an open %s which is %s: %s", (kind, other, phase, expected) => {
  expect(meeting(kind, { kind: other, phase })).toBe(expected);
});
