import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { credentialModels, environments, requestKinds } from "#lib/domain/charter.ts";
import type { PolicyFacts } from "#lib/domain/decision.ts";
import { checkBundle, loadBundle } from "#lib/policy/bundle.ts";
import { controls } from "#lib/policy/controls.ts";
import { type Bundle, decide, figuresOf, rulesOf } from "#lib/policy/engine.ts";
import { type Change, facts } from "./facts.ts";

const loaded = await loadBundle();
if ("refusals" in loaded) throw new Error(loaded.refusals.map((one) => one.sentence).join("\n"));
const bundle: Bundle = loaded.ok;
const prod: Change = { environment: "prod" };
const system: Change = { requester: { id: "", system: true, inTeam: false } };
const more: Change = { kind: "change-access", change: { added: 1 } };
const ask = (change: Change) => decide(bundle, facts(change));

/** The outcome in one word: `passes <rule>`, `security:<count>`, or the refusing rules. */
function said(change: Change): string {
  const { outcome, stages, reasons, passedBy } = ask(change);
  if (outcome === "passes") return `passes ${passedBy}`;
  if (outcome === "asks") return stages.map(({ role, count }) => `${role}:${count}`).join(" ");
  return reasons
    .filter((one) => one.tone === "refuses")
    .map((one) => one.rule)
    .join(" ");
}

describe("a request is", () => {
  test.each<[string, Change, string]>([
    ["passed when narrow, short-lived and outside production", {}, "passes narrow.passes"],
    ["passed in staging too", { environment: "staging" }, "passes narrow.passes"],
    [
      "passed when it holds a secret but is not federated",
      { binding: { federated: false, verified: false }, credential: "static" },
      "passes narrow.passes",
    ],
    ["asked beyond ten actions", { reach: { actions: 11 } }, "security:1"],
    ["asked beyond three resources", { reach: { resources: 4 } }, "security:1"],
    ["refused beyond 90 days outside production", { ttlDays: 91 }, "end.within-maximum"],
    ["asked in production", { ...prod, ttlDays: 396 }, "security:1"],
    ["refused beyond thirteen months in production", { ...prod, ttlDays: 397 }, "end.within-maximum"],
    ["asked of two for a service's first in production", { ...prod, firstInProduction: true }, "security:2"],
    ["asked when the requester is of another team", { requester: { inTeam: false } }, "security:1"],
    ["asked when the repository is not verified", { binding: { verified: false } }, "security:1"],
    ["asked of two for a wildcard action", { reach: { wildcardActions: 1 } }, "security:2"],
    ["asked of two for a wildcard resource", { reach: { wildcardResources: 1 } }, "security:2"],
    ["asked of two for permission management", { reach: { permissionManagement: 1 } }, "security:2"],
    ["asked of two for an action nobody knows", { reach: { unknown: 1 } }, "security:2"],
    ["asked of two for a known escalation", { reach: { escalations: 1 } }, "security:2"],
    ["refused for a wildcard subject", { binding: { wildcardSubject: true } }, "subject.no-wildcard"],
    ["refused when owner and backup are one", { ownerIsBackup: true }, "owner.backup-differs"],
    ["refused static in production", { ...prod, credential: "static" }, "ladder.production"],
    [
      "asked of two with a dated exception",
      { ...prod, credential: "static", exceptionDays: 90, ttlDays: 90 },
      "security:2",
    ],
    [
      "refused when it outlives the exception",
      { ...prod, credential: "static", exceptionDays: 89, ttlDays: 90 },
      "ladder.exception-ends-first",
    ],
    [
      "asked of two static at six months",
      { ...prod, credential: "static", exceptionDays: 400, ttlDays: 183 },
      "security:2",
    ],
    [
      "refused static beyond six months",
      { ...prod, credential: "static", exceptionDays: 400, ttlDays: 184 },
      "end.within-maximum",
    ],
    ["asked in production for a dynamic credential", { ...prod, credential: "dynamic" }, "security:1"],
    ["asked in production for a short-lived credential", { ...prod, credential: "short-lived" }, "security:1"],
    ["asked in production for a native credential", { ...prod, credential: "platform-native" }, "security:1"],
    [
      "refused by every rule that refuses",
      { ...prod, credential: "static", ownerIsBackup: true },
      "ladder.production owner.backup-differs",
    ],
  ])("%s", (_, change, expected) => {
    expect(said(change)).toBe(expected);
  });
});

describe("a later request is", () => {
  test.each<[string, Change, string]>([
    ["passed: renewing outside production", { kind: "renew", reach: { actions: 11 } }, "passes renew.passes"],
    ["asked: renewing in production", { kind: "renew", ...prod, firstInProduction: true }, "security:1"],
    ["asked of two: renewing wildcards", { kind: "renew", reach: { wildcardResources: 1 } }, "security:2"],
    ["asked: renewing another team's", { kind: "renew", requester: { inTeam: false } }, "security:1"],
    ["refused: renewing beyond the maximum", { kind: "renew", ttlDays: 91 }, "end.within-maximum"],
    [
      "refused: renewing static in production without an exception",
      { kind: "renew", ...prod, credential: "static" },
      "ladder.production",
    ],
    [
      "passed: handing over inside the team",
      { kind: "transfer", ...prod, ttlDays: 9999 },
      "passes transfer.within-team",
    ],
    ["asked: handing over to another team", { kind: "transfer", change: { crossTeam: true } }, "security:1"],
    ["refused: handing over to the backup", { kind: "transfer", ownerIsBackup: true }, "owner.backup-differs"],
    [
      "passed: retiring, whatever it is",
      {
        kind: "retire",
        ...prod,
        credential: "static",
        ttlDays: 9999,
        ownerIsBackup: true,
        binding: { wildcardSubject: true },
      },
      "passes retire.passes",
    ],
    [
      "passed: taking access away, whatever it is",
      {
        ...{ kind: "change-access", ...prod, credential: "static", ttlDays: 9999, useSeen: false, ownerActive: false },
        ...{ requester: { inTeam: false }, reach: { escalations: 2, wildcardActions: 1 }, change: { takenAway: 1 } },
      },
      "passes access.less-passes",
    ],
    ["passed: adding a little to what is seen used", { ...more }, "passes access.more-passes"],
    [
      "passed: adding beside taking away, all of it narrow",
      { ...more, change: { added: 1, takenAway: 5 } },
      "passes access.more-passes",
    ],
    ["asked: adding where no use is told of", { ...more, useSeen: false }, "security:1"],
    ["refused: adding without an active owner", { ...more, ownerActive: false }, "access.owner-answers"],
    ["asked: adding beyond ten actions in all", { ...more, reach: { actions: 11 } }, "security:1"],
    ["asked: adding to what lives long", { ...more, ttlDays: 91 }, "security:1"],
    ["asked: adding in production", { ...more, ...prod }, "security:1"],
    ["asked: adding to another team's", { ...more, requester: { inTeam: false } }, "security:1"],
    ["asked: adding where the repository is not verified", { ...more, binding: { verified: false } }, "security:1"],
    ["asked of two: adding with a wildcard in all of it", { ...more, reach: { wildcardActions: 1 } }, "security:2"],
    ["asked of two: adding a known escalation", { ...more, reach: { escalations: 1 } }, "security:2"],
    ["asked of two: adding permission management", { ...more, reach: { permissionManagement: 1 } }, "security:2"],
    ["refused: adding to static in production", { ...more, ...prod, credential: "static" }, "ladder.production"],
    ["refused: adding for a wildcard subject", { ...more, binding: { wildcardSubject: true } }, "subject.no-wildcard"],
    ["refused: the worker adding access", { ...more, ...system }, "system.never-gives"],
    [
      "passed: the worker taking access away",
      { kind: "change-access", change: { takenAway: 1 }, ...system },
      "passes system.takes-away",
    ],
    [
      "passed: suspending, whatever it is",
      { kind: "suspend", ...prod, credential: "static", ttlDays: -3, requester: { inTeam: false } },
      "passes suspend.passes",
    ],
    ["passed: resuming outside production", { kind: "resume", reach: { actions: 11 } }, "passes renew.passes"],
    ["asked: resuming in production", { kind: "resume", ...prod }, "security:1"],
    ["asked of two: resuming wildcards", { kind: "resume", reach: { wildcardActions: 1 } }, "security:2"],
    [
      "refused: resuming static in production once its exception has ended",
      { kind: "resume", ...prod, credential: "static" },
      "ladder.production",
    ],
    [
      "passed: rotating, whatever it is",
      { kind: "rotate", ...prod, credential: "static", requester: { inTeam: false } },
      "passes rotate.passes",
    ],
    ["refused: rotated by the worker", { kind: "rotate", ...system }, "system.never-gives"],
    ["refused: resumed by the worker", { kind: "resume", ...system }, "system.never-gives"],
    ["passed: retired by the worker", { kind: "retire", ...prod, ...system, ttlDays: -3 }, "passes system.takes-away"],
    ["refused: provisioned by the worker", { ...system }, "system.never-gives"],
    ["refused: renewed by the worker", { kind: "renew", ...system }, "system.never-gives"],
    ["refused: transferred by the worker", { kind: "transfer", ...system }, "system.never-gives"],
  ])("%s", (_, change, expected) => {
    expect(said(change)).toBe(expected);
  });
});

test("a refusal still shows who would be asked, with figures in its sentence and what would mend it", () => {
  const { reasons, stages } = ask({ ...prod, ttlDays: 500, firstInProduction: true });
  expect(reasons.map((one) => [one.rule, one.tone])).toEqual([
    ["end.within-maximum", "refuses"],
    ["production.first", "asks"],
    ["production.reviewed", "asks"],
  ]);
  expect(reasons[0]).toMatchObject({
    sentence: "It would live 500 days; prod with a federated credential allows 396.",
    mend: "Choose an end within 396 days. It can be renewed.",
    field: "endsAt",
  });
  expect(stages).toEqual([{ role: "security", count: 2, sentence: "Two of security will be asked." }]);
});

test.each([
  [0, "It opens 0 known ways to gain more power than granted."],
  [1, "It opens 1 known way to gain more power than granted."],
  [2, "It opens 2 known ways to gain more power than granted."],
])("a figure of %i carries its noun in the right number", (escalations, sentence) => {
  const { reasons } = ask({ ...prod, ttlDays: 1, reach: { ...prod.reach, escalations } });
  expect(reasons.find(({ rule }) => rule === "reach.escalation")?.sentence).toBe(
    escalations === 0 ? undefined : sentence,
  );
});

test.each([
  [{ wildcardResources: 1 }, "reach.wildcard", "Its actions and resources contain 1 wildcard."],
  [{ wildcardActions: 2, wildcardResources: 1 }, "reach.wildcard", "Its actions and resources contain 3 wildcards."],
  [{ unknown: 1 }, "reach.permissions", "It could change permissions: 1 action manages them or is not known."],
])("%o is counted without a nought", (reach, rule, sentence) => {
  const { reasons } = ask({ ...prod, ttlDays: 1, reach: { ...prod.reach, ...reach } });
  expect(reasons.find((reason) => reason.rule === rule)?.sentence).toBe(sentence);
});

test("what nothing allows is refused", async () => {
  const { "handover.cedar": _, ...rest } = bundle.files;
  const smaller = await checkBundle(rest);
  if ("refusals" in smaller) throw new Error("The smaller bundle should be usable.");
  expect(decide(smaller.ok, facts({ kind: "transfer" }))).toMatchObject({
    outcome: "refused",
    reasons: [{ rule: "nothing-allows" }],
    passedBy: null,
  });
});

const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 }));
const anyFacts: fc.Arbitrary<PolicyFacts> = fc.record({
  kind: fc.constantFrom(...requestKinds),
  requester: fc.record({ id: fc.string(), system: fc.boolean(), inTeam: fc.boolean() }),
  environment: fc.constantFrom(...environments),
  classification: fc.constant("internal" as const),
  credential: fc.constantFrom(...credentialModels),
  blueprint: fc.string(),
  ttlDays: fc.integer({ min: -10, max: 500 }),
  ownerIsBackup: fc.boolean(),
  reach: fc.record({
    actions: count,
    resources: count,
    wildcardActions: count,
    wildcardResources: count,
    permissionManagement: count,
    escalations: count,
    unknown: count,
  }),
  binding: fc.record({ federated: fc.boolean(), wildcardSubject: fc.boolean(), verified: fc.boolean() }),
  exceptionDays: fc.option(fc.integer({ min: 1, max: 400 })),
  firstInProduction: fc.boolean(),
  similar: count,
  ownerActive: fc.boolean(),
  change: fc.record({ crossTeam: fc.boolean(), byOwner: fc.boolean(), added: count, takenAway: count }),
  useSeen: fc.boolean(),
  keysEnrolled: fc.boolean(),
});

test("nothing that adds power passes by itself in production, for another team, or with wide reach; and some rule always speaks", () => {
  fc.assert(
    fc.property(anyFacts, (given) => {
      const decision = decide(bundle, given);
      expect(decision.reasons.length).toBeGreaterThan(0);
      expect(decision.reasons.map((one) => one.rule)).not.toContain("nothing-allows");
      expect(decision).toEqual(decide(bundle, given));
      const { reach, kind, requester } = given;
      const tones = decision.reasons.filter(({ rule }) => rule !== "production.signed").map((one) => one.tone);
      expect(tones.includes("passes") && tones.includes("asks")).toBe(false);
      if (decision.outcome !== "passes" || ["retire", "rotate", "suspend", "transfer"].includes(kind)) return;
      if (kind === "change-access" && given.change.added === 0) return;
      if (kind === "change-access") expect(given).toMatchObject({ ownerActive: true, useSeen: true });
      expect(requester).toMatchObject({ system: false, inTeam: true });
      expect(given.environment).not.toBe("prod");
      expect([
        reach.wildcardActions,
        reach.wildcardResources,
        reach.permissionManagement,
        reach.escalations,
        reach.unknown,
      ]).toEqual([0, 0, 0, 0, 0]);
      expect(decision.stages).toEqual([]);
    }),
    { numRuns: 1500 },
  );
}, 300_000);

describe("the shipped rules", () => {
  const rules = rulesOf(bundle);
  test("support only controls that the crosswalk knows", () => {
    for (const rule of rules)
      for (const control of rule.controls) expect(controls, `${rule.id} ${control}`).toHaveProperty([control]);
  });
  test("speak in whole sentences and never claim compliance", () => {
    for (const { id, sentence, reason, mend } of rules) {
      for (const text of [sentence, reason, mend ?? "None."]) expect(text, id).toMatch(/^[A-Z].*\.$/);
      expect(`${sentence} ${reason} ${mend}`, id).not.toMatch(/compl(y|ies|iant)|please|oops|successfully|!/i);
    }
  });
  test("show their source, and every file's rules in reading order", () => {
    for (const rule of rules) expect(bundle.files[rule.file]).toContain(rule.source);
    expect(rules.filter((rule) => rule.file === "reach.cedar").map((rule) => rule.id)).toEqual([
      "reach.wildcard",
      "reach.permissions",
      "reach.escalation",
    ]);
  });
  test("set the figures of the design", () => {
    const figures = figuresOf(bundle);
    expect([
      figures.maxDays("prod", "federated"),
      figures.maxDays("prod", "static"),
      figures.maxDays("dev", "static"),
      figures.maxDays("staging", "dynamic"),
    ]).toEqual([396, 183, 90, 90]);
    expect(figures).toMatchObject({
      stageHours: 72,
      acceptanceDays: 7,
      holdDays: 14,
      narrow: { actions: 10, resources: 3, days: 90 },
    });
    expect(figures.defaults.map((one) => one.field)).toEqual(["endsAt", "retireWhen", "rotation"]);
  });
});

describe("assurance", () => {
  const signed = (change: Change) => ask({ ...change, keysEnrolled: true }).assurance;
  test.each<[string, Change, string | null]>([
    ["production", prod, "passkey"],
    ["staging", { environment: "staging" }, null],
    ["a renewal in production", { ...prod, kind: "renew" }, "passkey"],
    ["resuming in production", { ...prod, kind: "resume" }, "passkey"],
    ["a transfer in production", { ...prod, kind: "transfer" }, "passkey"],
    ["a suspension in production", { ...prod, kind: "suspend" }, null],
    ["a rotation in production", { ...prod, kind: "rotate" }, null],
    ["a retirement in production", { ...prod, kind: "retire" }, null],
    ["what the worker raises", { ...prod, ...system, kind: "retire" }, null],
  ])("of %s once keys are enrolled", (_, change, asked) => {
    expect(signed(change)).toBe(asked);
    expect(ask(change).assurance).toBeNull();
  });

  test("adds to what others ask and never lets pass by itself", async () => {
    const only = await checkBundle({
      "figures.json": bundle.files["figures.json"] ?? "",
      "one.cedar": `@id("signed") @rule("Signed.") @reason("Signed.") @assurance("passkey")
        permit (principal, action, resource);`,
    });
    if ("refusals" in only) throw new Error(only.refusals[0].sentence);
    expect(decide(only.ok, facts())).toMatchObject({ outcome: "refused", assurance: "passkey" });
    expect(ask({ ...prod, kind: "transfer", keysEnrolled: true })).toMatchObject({
      ...{ outcome: "passes", passedBy: "transfer.within-team", assurance: "passkey" },
    });
  });

  test.each(["password", "", "passkey:2"])("%j is nothing that can be asked", async (assurance) => {
    const read = await checkBundle({
      "figures.json": bundle.files["figures.json"] ?? "",
      "one.cedar": `@id("signed") @rule("Signed.") @reason("Signed.") @assurance("${assurance}")
        permit (principal, action, resource);`,
    });
    expect("refusals" in read).toBe(true);
  });
});

test("the documentation lists every rule that ships, word for word", async () => {
  const text = await readFile(new URL("../../docs/policy.md", import.meta.url), "utf8");
  const page = text.replace(/ +/g, " ");
  for (const { id, sentence, approvals, effect, assurance } of rulesOf(bundle)) {
    const alone = assurance === null ? "passes" : "a passkey";
    const asked = { 1: "one of security", 2: "two of security" }[approvals[0]?.count ?? 0] ?? alone;
    expect(page).toContain(`| \`${id}\` | ${effect === "forbid" ? "refuses" : asked} | ${sentence} |`);
  }
});
