import { describe, expect, test } from "vitest";
import type { PolicyFacts } from "#lib/domain/decision.ts";
import { checkBundle, loadBundle } from "#lib/policy/bundle.ts";
import { type Bundle, decide, figuresOf } from "#lib/policy/engine.ts";
import { cedarRequest, sayable } from "#lib/policy/facts.ts";
import { type Change, facts } from "./facts.ts";

const loaded = await loadBundle();
const shipped: Bundle = "ok" in loaded ? loaded.ok : expect.fail(loaded.refusals[0].sentence);

async function bundleOf(...rules: readonly string[]): Promise<Bundle> {
  const files = { "figures.json": shipped.files["figures.json"] ?? "", "own.cedar": rules.join("\n") };
  const read = await checkBundle(files);
  return "ok" in read ? read.ok : expect.fail(read.refusals.map(({ sentence }) => sentence).join(" "));
}
const permit = (id: string, more = "", reason = "R.") =>
  `@id("${id}") @rule("A.") @reason("${reason}") ${more}\npermit (principal, action, resource);`;
const forbid = (id: string, more = "") =>
  `@id("${id}") @rule("A.") @reason("It has {actions action|actions}.") @mend("Leave {managing thing|things} out.") ${more}\nforbid (principal, action, resource);`;
const decided = async (rules: readonly string[], change: Change = {}) =>
  decide(await bundleOf(...rules), facts(change));
const reason = (rule: string, tone: string) => ({ rule, tone, sentence: "R.", controls: [] });

describe("a decision", () => {
  test("passes by the first permit that asks for nothing", async () => {
    const rules = [permit("one"), permit("two", '@field("endsAt") @control("NHI5:2025")')];
    expect(await decided(rules)).toEqual({
      ...{ bundle: (await bundleOf(...rules)).digest, outcome: "passes", passedBy: "one", stages: [], assurance: null },
      reasons: [reason("one", "passes"), { ...reason("two", "passes"), field: "endsAt", controls: ["NHI5:2025"] }],
    });
  });
  test("asks for the largest count of each role, in words", async () => {
    const rules = [
      permit("one", '@approval("security:1,operator:5")'),
      permit("two", '@approval("security:3")'),
      permit("three", '@approval("security:2,auditor:4")'),
    ];
    const { outcome, stages, passedBy, reasons } = await decided(rules);
    expect({ outcome, stages, passedBy }).toEqual({
      ...{ outcome: "asks", passedBy: null },
      stages: [
        { role: "security", count: 3, sentence: "Three of security will be asked." },
        { role: "operator", count: 5, sentence: "Five of operator will be asked." },
        { role: "auditor", count: 4, sentence: "Four of auditor will be asked." },
      ],
    });
    expect(reasons.map(({ tone }) => tone)).toEqual(["asks", "asks", "asks"]);
    const fewer = await decided([permit("one", '@approval("security:1,operator:2")')]);
    expect(fewer.stages.map(({ sentence }) => sentence)).toEqual([
      "One of security will be asked.",
      "Two of operator will be asked.",
    ]);
  });
  test("refuses in words with figures, and shows beside it who would be asked", async () => {
    const rules = [forbid("no", '@field("need")'), permit("one", '@approval("security:1") @assurance("passkey")')];
    const refused = await decided(rules, { reach: { actions: 1, permissionManagement: 2, unknown: 1 } });
    expect(refused).toMatchObject({ outcome: "refused", passedBy: null, assurance: "passkey" });
    expect(refused.stages).toEqual([{ role: "security", count: 1, sentence: "One of security will be asked." }]);
    expect(refused.reasons).toEqual([
      {
        ...{ rule: "no", tone: "refuses", sentence: "It has 1 action.", mend: "Leave 3 things out." },
        ...{ field: "need", controls: [] },
      },
      reason("one", "asks"),
    ]);
  });
  test("without a rule that allows it refuses in words, whatever assurance alone would ask", async () => {
    const nothing = {
      ...{ rule: "nothing-allows", tone: "refuses", sentence: "No rule of the active policy allows this." },
      ...{ mend: "Ask security which rule should cover it.", controls: [] },
    };
    const refused = { outcome: "refused", reasons: [nothing], stages: [], passedBy: null };
    expect(await decided([permit("signed", '@assurance("passkey")')])).toMatchObject({
      ...refused,
      assurance: "passkey",
    });
    const one = 'permit (principal, action == Action::"retire", resource);';
    expect(await decided([`@id("one") @rule("A.") @reason("A.") ${one}`])).toMatchObject({
      ...refused,
      assurance: null,
    });
  });
  test("is by its own bundle's rules, also beside another bundle", async () => {
    const [open, shut] = await Promise.all([bundleOf(permit("one")), bundleOf(forbid("no"), permit("two"))]);
    const other = await bundleOf(forbid("never"), permit("three"));
    const rules = (of: Bundle) => decide(of, facts()).reasons.map(({ rule }) => rule);
    for (const _ of ["at first", "and again"])
      expect([open, shut, other].map(rules)).toEqual([["one"], ["no", "two"], ["never", "three"]]);
  });
  test("that a permit signs and another allows passes by the other", async () => {
    const rules = [permit("signed", '@assurance("passkey")'), permit("one")];
    expect(await decided(rules)).toMatchObject({
      ...{ outcome: "passes", passedBy: "one", assurance: "passkey" },
      reasons: [reason("signed", "asks"), reason("one", "passes")],
    });
    const both = [permit("both", '@assurance("passkey") @approval("security:1")')];
    expect(await decided(both)).toMatchObject({ outcome: "asks", assurance: "passkey" });
  });
});

const whole: PolicyFacts = facts({
  ...{ classification: "confidential", credential: "static", environment: "prod", ttlDays: 21, exceptionDays: 22 },
  ...{
    blueprint: "b",
    similar: 23,
    ownerIsBackup: true,
    ownerActive: false,
    firstInProduction: true,
    keysEnrolled: true,
  },
  reach: {
    ...{ actions: 1, resources: 2, wildcardActions: 3, wildcardResources: 4, permissionManagement: 5 },
    ...{ escalations: 6, unknown: 7 },
  },
  change: { added: 8, takenAway: 9, crossTeam: true, byOwner: false },
});
const figures = figuresOf(shipped);

test("sentences may say these figures", () => {
  expect(sayable(whole, figures)).toEqual({
    ...{ actions: 1, resources: 2, wildcardActions: 3, wildcardResources: 4, permissionManagement: 5, escalations: 6 },
    ...{ unknown: 7, wildcards: 7, managing: 12, environment: "prod", credential: "static", added: 8, takenAway: 9 },
    ...{ classification: "confidential", ttlDays: 21, maxDays: 183, exceptionDays: 22, similar: 23 },
    ...{ narrowActions: 10, narrowResources: 3, narrowDays: 90 },
  });
  expect(sayable(facts(), figures)).toMatchObject({ exceptionDays: 0, maxDays: 90 });
});

describe("Cedar is asked", () => {
  const asked = (change: Change) => cedarRequest(facts(change), figures);
  test("with every fact, in its own words", () => {
    const entity = (type: string, id: string) => ({ __entity: { type, id } });
    expect(cedarRequest(whole, figures)).toEqual({
      principal: { type: "Person", id: "jonas" },
      action: { type: "Action", id: "provision" },
      resource: { type: "Charter", id: "this" },
      context: {
        ...{ crossTeam: true, useSeen: true, keysEnrolled: true },
        figures: { maxDays: 183, narrow: { actions: 10, resources: 3, days: 90 } },
      },
      entities: [
        { uid: { type: "Person", id: "jonas" }, attrs: { inTeam: true, isOwner: false }, parents: [] },
        {
          uid: { type: "Charter", id: "this" },
          attrs: {
            ...{ environment: entity("Environment", "prod"), classification: entity("Classification", "confidential") },
            ...{
              credential: entity("Credential", "static"),
              blueprint: "b",
              ttlDays: 21,
              exceptionDays: 22,
              similar: 23,
            },
            ...{ ownerIsBackup: true, ownerActive: false, firstInProduction: true },
            ...{ reach: whole.reach, binding: whole.binding },
          },
          parents: [],
        },
      ],
    });
  });
  test("of the worker without a team, and of no exception without its days", () => {
    const { principal, entities } = asked({ requester: { system: true } });
    expect(principal).toEqual({ type: "System", id: "worker" });
    expect(entities[0]).toEqual({ uid: principal, attrs: {}, parents: [] });
    expect(entities[1]?.attrs).not.toHaveProperty("exceptionDays");
  });
  test.each<[Change, string]>([
    [{ kind: "change-access", change: { added: 0 } }, "narrow"],
    [{ kind: "change-access", change: { added: 1 } }, "change-access"],
    [{ kind: "renew", change: { added: 0 } }, "renew"],
  ])("about %j as %s", (change, verb) => expect(asked(change).action).toEqual({ type: "Action", id: verb }));
});
