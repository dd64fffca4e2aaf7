import { expect, test } from "vitest";
import { type RequestKind, requestKinds } from "#lib/domain/charter.ts";
import { isTaken, meeting, type Phase, phaseOf } from "#lib/domain/meeting.ts";

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
  ["renew", ["create done", "disable claimed"], "running"],
  ["renew", ["create done", "empower done"], "held"],
  ["retire", ["disable done", "revoke done", "remove done"], "ending"],
  ["retire", ["disable done", "remove waiting"], "held"],
  ["retire", ["disable claimed", "remove claimed"], "running"],
  ["rotate", ["issue done", "store claimed", "revoke waiting"], "running"],
  ["rotate", ["issue done", "revoke waiting", "remove ready"], "held"],
  ["rotate", ["issue ready", "revoke claimed"], "between"],
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

test("whether a step is with a worker, or may still take effect", () => {
  const taken = (...states: readonly string[]) => isTaken(steps(...states.map((state) => `issue ${state}`)));
  for (const state of ["claimed", "sent", "ambiguous"]) expect(taken("done", state)).toBe(true);
  expect([taken("done", "ready", "waiting"), taken()]).toEqual([false, false]);
});

/** What each kind does beside every other in every phase; what is not named waits. */
const phases: readonly Phase[] = ["running", "between", "held", "ending"];
const others: readonly RequestKind[] = [
  "provision",
  "change-access",
  "renew",
  "transfer",
  "resume",
  "retire",
  "rotate",
];
const table: Readonly<Partial<Record<RequestKind, Readonly<Record<string, "ends" | "beside">>>>> = {
  provision: { "rotate held": "beside", "rotate ending": "beside" },
  "change-access": { "rotate held": "beside", "rotate ending": "beside" },
  renew: { "retire held": "ends", "rotate held": "beside", "rotate ending": "beside" },
  transfer: { "rotate held": "beside", "rotate ending": "beside" },
  resume: { "rotate held": "beside", "rotate ending": "beside" },
  suspend: {
    ...{ "change-access between": "ends", "renew between": "ends", "resume between": "ends", "rotate between": "ends" },
    ...Object.fromEntries(phases.map((phase) => [`transfer ${phase}`, "beside" as const])),
    ...{ "rotate held": "beside", "rotate ending": "beside" },
  },
  retire: {
    ...{ "change-access between": "ends", "renew between": "ends", "resume between": "ends" },
    ...{ "transfer between": "ends", "rotate between": "ends", "rotate held": "ends" },
  },
};
test.each(requestKinds)("a request to %s waits for all but what is named", (kind) => {
  const met = [...others, "suspend" as const].flatMap((other) =>
    phases.map((phase) => [`${other} ${phase}`, meeting(kind, { kind: other, phase })] as const),
  );
  expect(Object.fromEntries(met.filter(([, what]) => what !== "waits"))).toEqual(table[kind] ?? {});
});
