import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Role } from "#lib/domain/actor.ts";
import { type ApprovalAsk, type Approver, approvalOf, mayDecide, type Verdict } from "#lib/domain/approval.ts";
import { now } from "./forms.ts";

const hours = (count: number): Date => new Date(now.getTime() + count * 3_600_000);
const security = (verifiedAt: Date = hours(-1), held = true) => [{ role: "security" as Role, held, verifiedAt }];
const who = (person: string, change: Partial<Approver> = {}): Approver => ({
  login: person,
  person,
  active: true,
  roles: security(),
  ...change,
});
const says = (by: Approver, change: Partial<Verdict> = {}): Verdict => ({
  by,
  stage: 0,
  verdict: "approve",
  version: 2,
  planDigest: "p2",
  receivedAt: now,
  unsigned: null,
  ...change,
});
const ask = (verdicts: readonly Verdict[], change: Partial<ApprovalAsk> = {}): ApprovalAsk => ({
  stages: [{ role: "security", count: 2, sentence: "Two of security will be asked." }],
  verdicts,
  version: 2,
  planDigest: "p2",
  askers: ["jonas"],
  owner: "amara",
  deadline: hours(72),
  now,
  ...change,
});
const [mara, tomas] = [who("mara"), who("tomas")];
const stateWith = (other: Verdict) => approvalOf(ask([says(mara), other])).state;

describe("two of security", () => {
  test("are two distinct people", () => {
    expect(approvalOf(ask([says(mara)])).state).toBe("waiting");
    expect(stateWith(says(tomas))).toBe("approved");
    expect(stateWith(says(mara))).toBe("waiting");
    expect(stateWith(says(who("mara", { login: "mara@second" })))).toBe("waiting");
  });

  test.each<[string, Verdict]>([
    ["the requester", says(who("jonas"))],
    ["the requester's linked login", says(who("jonas", { login: "jonas@admin" }))],
    ["a delegate of the requester", says(who("tomas", { delegateOf: "jonas" }))],
    ["the requester as somebody's delegate", says(who("jonas", { delegateOf: "tomas" }))],
    ["the first approver as another's delegate", says(who("mara", { delegateOf: "tomas" }))],
    ["another's delegate for the first approver", says(who("tomas", { delegateOf: "mara" }))],
    ["the owner", says(who("amara"))],
    ["a delegate of the owner", says(who("tomas", { delegateOf: "amara" }))],
    ["the owner as somebody's delegate", says(who("amara", { delegateOf: "tomas" }))],
    ["somebody who left", says(who("tomas", { active: false }))],
    ["somebody without the role", says(who("tomas", { roles: [] }))],
    ["somebody who lost the role", says(who("tomas", { roles: security(hours(-1), false) }))],
    ["another role", says(who("tomas", { roles: [{ role: "operator", held: true, verifiedAt: hours(-1) }] }))],
    ["a role verified too long ago", says(who("tomas", { roles: security(new Date(hours(-12).getTime() - 1)) }))],
    ["a verdict on another version", says(tomas, { version: 1 })],
    ["a verdict on another plan", says(tomas, { planDigest: "p1" })],
    ["a verdict on a stage nobody asked for", says(tomas, { stage: 1 })],
    ["a verdict at the deadline", says(who("tomas", { roles: security(hours(71)) }), { receivedAt: hours(72) })],
  ])("do not include %s", (_, verdict) => {
    expect(stateWith(verdict)).toBe("waiting");
    expect(approvalOf(ask([says(mara), { ...verdict, verdict: "deny" }])).state).toBe("waiting");
  });

  test("include a role verified exactly twelve hours before, and a verdict just before the deadline", () => {
    expect(stateWith(says(who("tomas", { roles: security(hours(-12)) })))).toBe("approved");
    expect(
      stateWith(says(who("tomas", { roles: security(hours(71)) }), { receivedAt: new Date(hours(72).getTime() - 1) })),
    ).toBe("approved");
  });
});

test("a denial settles at once, even after enough approvals", () => {
  expect(approvalOf(ask([says(mara, { verdict: "deny" })])).state).toBe("denied");
  expect(approvalOf(ask([says(mara), says(tomas), says(who("rosa"), { verdict: "deny" })])).state).toBe("denied");
});

test("what is missing at the deadline expires; what was complete before does not", () => {
  expect(approvalOf(ask([says(mara)], { now: hours(72) })).state).toBe("expired");
  expect(approvalOf(ask([says(mara)], { now: new Date(hours(72).getTime() - 1) })).state).toBe("waiting");
  expect(approvalOf(ask([says(mara), says(tomas)], { now: hours(100) })).state).toBe("approved");
});

test("nobody fills places in two stages", () => {
  const both = who("mara", { roles: [...security(), { role: "operator", held: true, verifiedAt: hours(-1) }] });
  const stages = [
    { role: "security", count: 1, sentence: "" },
    { role: "operator", count: 1, sentence: "" },
  ];
  expect(approvalOf(ask([says(both), says(both, { stage: 1 })], { stages })).state).toBe("waiting");
});

test("each that does not count says why, whoever came first", () => {
  const whyOf = (verdict: Verdict, change: Partial<ApprovalAsk> = {}) =>
    approvalOf(ask([verdict], change)).counted.map(({ why }) => why);
  const told: readonly (readonly [Verdict, string | null])[] = [
    [says(tomas), null],
    [says(tomas, { version: 1 }), "It speaks of another version."],
    [says(tomas, { stage: 1 }), "Nobody asked for this stage."],
    [says(who("tomas", { roles: security(hours(71)) }), { receivedAt: hours(72) }), "It came after the deadline."],
    [says(tomas, { unsigned: "It has no gesture." }), "It has no gesture."],
    [says(who("jonas")), "Nobody approves what they asked for."],
    [says(who("tomas", { delegateOf: "jonas" })), "Nobody approves through a delegate what they asked for."],
    [says(who("amara")), "Nobody approves what they own or would own."],
    [says(who("tomas", { active: false })), "This person is no longer active."],
    [says(who("tomas", { roles: [] })), "This person does not hold the role security."],
    [
      says(who("tomas", { roles: security(hours(-13)) })),
      "The role security was verified more than 12 hours ago; sign in again.",
    ],
  ];
  for (const [verdict, why] of told) expect(whyOf(verdict)).toEqual([why]);
  const [late, early] = [says(mara, { receivedAt: hours(2) }), says(mara, { receivedAt: hours(1), verdict: "deny" })];
  expect(approvalOf(ask([late, early])).counted).toEqual([
    { verdict: early, why: null },
    { verdict: late, why: "This person has already decided." },
  ]);
});

test("a stage names who approved it, and nobody who denied it", () => {
  const { stages } = approvalOf(ask([says(mara), says(tomas, { verdict: "deny" })]));
  expect(stages).toEqual([{ role: "security", count: 2, approvedBy: ["mara"], complete: false }]);
});

test("the button says why it does not", () => {
  const sentence = (by: Approver, stage: number, of: ApprovalAsk) => {
    const may = mayDecide(by, stage, of);
    return "refusals" in may ? may.refusals[0].sentence : null;
  };
  expect(sentence(mara, 1, ask([]))).toBe("Nobody asked for this stage.");
  expect(sentence(mara, 0, ask([says(mara)]))).toBe("You have already decided.");
  expect(sentence(tomas, 0, ask([says(mara)]))).toBeNull();
  expect(sentence(tomas, 0, ask([says(who("jonas")), says(tomas, { version: 1 })]))).toBeNull();
  expect(sentence(who("rosa", { delegateOf: "tomas" }), 0, ask([says(tomas)]))).toBe("You have already decided.");
  expect(sentence(tomas, 0, ask([says(who("tomas", { delegateOf: "rosa" }))]))).toBe("You have already decided.");
  expect(sentence(who("rosa"), 0, ask([says(mara), says(tomas)]))).toBe("It is approved; there is nothing to decide.");
});

test("without stages nothing is waited for", () => {
  expect(approvalOf(ask([], { stages: [] })).state).toBe("approved");
});

test("the button follows the same rules", () => {
  expect(mayDecide(mara, 0, ask([]))).toEqual({ ok: null });
  expect(mayDecide(who("jonas"), 0, ask([]))).toMatchObject({ refusals: [{ code: "forbidden" }] });
  expect(mayDecide(mara, 1, ask([]))).toMatchObject({ refusals: [{ code: "not-found" }] });
  expect(mayDecide(mara, 0, ask([says(mara)]))).toMatchObject({ refusals: [{ code: "conflict" }] });
  expect(mayDecide(tomas, 0, ask([says(mara, { verdict: "deny" })]))).toMatchObject({
    refusals: [{ code: "conflict" }],
  });
  expect(mayDecide(who("tomas", { roles: security(hours(71)) }), 0, ask([], { now: hours(72) }))).toMatchObject({
    refusals: [{ code: "conflict" }],
  });
});

/** Separation of duties, said a second time and as simply as possible: the humans behind counted approvals. */
function reference({ verdicts, stages, version, planDigest, askers, owner, deadline, now: at }: ApprovalAsk): string {
  const spent: string[] = [];
  const approvals = stages.map(() => 0);
  let denied = false;
  for (const verdict of verdicts) {
    const names = [verdict.by.person, ...(verdict.by.delegateOf === undefined ? [] : [verdict.by.delegateOf])];
    const role = verdict.by.roles.find((one) => one.held && one.role === stages[verdict.stage]?.role);
    if (verdict.version !== version || verdict.planDigest !== planDigest || verdict.receivedAt >= deadline) continue;
    if (verdict.unsigned !== null) continue;
    if (
      role === undefined ||
      !verdict.by.active ||
      Number(verdict.receivedAt) - Number(role.verifiedAt) > 12 * 3_600_000
    )
      continue;
    if (names.some((name) => askers.includes(name) || name === owner || spent.includes(name))) continue;
    spent.push(...names);
    if (verdict.verdict === "deny") denied = true;
    else approvals[verdict.stage] = (approvals[verdict.stage] ?? 0) + 1;
  }
  if (denied) return "denied";
  if (stages.every((stage, index) => (approvals[index] ?? 0) >= stage.count)) return "approved";
  return at >= deadline ? "expired" : "waiting";
}

test("agrees with a second telling of the rules, in whatever order things happen", () => {
  const person = fc.constantFrom("jonas", "amara", "mara", "tomas", "rosa", "ida");
  const approver: fc.Arbitrary<Approver> = fc.record(
    {
      login: fc.string({ maxLength: 3 }),
      person,
      active: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
      roles: fc.array(
        fc.record({
          role: fc.constantFrom<Role>("security", "operator"),
          held: fc.boolean(),
          verifiedAt: fc.integer({ min: -14, max: 2 }).map(hours),
        }),
        { minLength: 1, maxLength: 2 },
      ),
      delegateOf: person,
    },
    { requiredKeys: ["login", "person", "active", "roles"] },
  );
  const verdict: fc.Arbitrary<Verdict> = fc.record({
    by: approver,
    stage: fc.constantFrom(0, 0, 0, 1),
    verdict: fc.oneof({ weight: 6, arbitrary: fc.constant("approve" as const) }, fc.constant("deny" as const)),
    version: fc.constantFrom(2, 2, 2, 1),
    planDigest: fc.constantFrom("p2", "p2", "p2", "p1"),
    receivedAt: fc.constant(now),
    unsigned: fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, fc.constant("It is not signed with a passkey.")),
  });
  const stages = fc.array(
    fc.record({
      role: fc.constantFrom("security", "operator"),
      count: fc.integer({ min: 1, max: 2 }),
      sentence: fc.constant(""),
    }),
    { maxLength: 2 },
  );
  fc.assert(
    fc.property(fc.array(verdict, { maxLength: 8 }), stages, fc.constantFrom(now, hours(72)), (verdicts, asked, at) => {
      const given = ask(verdicts, { stages: asked, now: at });
      const result = approvalOf(given);
      expect(result.state).toBe(reference(given));
      const people = result.stages.flatMap((stage) => stage.approvedBy);
      expect(new Set(people).size).toBe(people.length);
      expect(people).not.toContain("jonas");
      expect(people).not.toContain("amara");
    }),
    { numRuns: 3000 },
  );
});
