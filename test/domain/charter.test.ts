import { expect, test } from "vitest";
import type { Charter, GithubBinding } from "#lib/domain/charter.ts";
import { whyNotBlueprint } from "#lib/domain/guard-rails.ts";
import { readCharter } from "#lib/domain/read-charter.ts";
import { validateCharter } from "#lib/domain/validate-charter.ts";
import { charter, days, now, pipelineFacts } from "./forms.ts";

const fieldsOf = (change: Partial<Charter>, facts = pipelineFacts) =>
  validateCharter({ ...charter, ...change }, facts, now).map((one) => one.field);
const bound = (change: Partial<GithubBinding>): Partial<Charter> => ({
  binding: { ...(charter.binding as GithubBinding), ...change },
});
const exception = { reason: "The host moves to the cloud in March.", endsAt: days(30), owner: "jonas" };

test("the example charter breaks nothing", () => {
  expect(fieldsOf({})).toEqual([]);
});

test.each<[string, Partial<Charter>, string]>([
  ["a name with capitals", { name: "Ledger" }, "name"],
  ["a name of one letter", { name: "l" }, "name"],
  ["a name of 41", { name: "l".repeat(41) }, "name"],
  ["a purpose of 14", { purpose: "fourteen lette" }, "purpose"],
  ["a purpose of 501", { purpose: "x".repeat(501) }, "purpose"],
  ["a purpose that reads backwards", { purpose: "Loads the nightly \u202Etropxe" }, "purpose"],
  ["an owner nobody knows", { owner: "ghost" }, "owner"],
  ["an owner who left", { owner: "left" }, "owner"],
  ["an end in nobody's hands", { endsIt: "left" }, "endsIt"],
  ["a backup who left", { backup: { person: "left" } }, "backup"],
  ["a backup team nobody knows", { backup: { team: "ghost" } }, "backup"],
  ["an unknown team", { team: "ghost" }, "team"],
  ["an unknown service", { service: "ghost" }, "service"],
  ["an unknown target", { target: "ghost" }, "target"],
  ["an environment GitHub contradicts", { environment: "dev" }, "environment"],
  ["an end that passed", { endsAt: days(0) }, "endsAt"],
  ["an end that is no date", { endsAt: "soon" }, "endsAt"],
  ["a rotation of 367 days", { rotation: { everyDays: 367, riskAnalysis: "RA-118" } }, "rotation"],
  ["a rotation without its analysis", { rotation: { everyDays: 90, riskAnalysis: "" } }, "rotation"],
  ["unused for 401 days", { retireWhen: [{ kind: "unused", days: 401 }] }, "retireWhen"],
  ["one condition twice", { retireWhen: [{ kind: "owner-gone" }, { kind: "owner-gone" }] }, "retireWhen"],
  ["21 data domains", { dataDomains: Array.from({ length: 21 }, (_, index) => `domain-${index}`) }, "dataDomains"],
  ["a data domain with a line break", { dataDomains: ["cards\n"] }, "dataDomains"],
  ["an exception without a reason", { exception: { ...exception, reason: "because" } }, "exception.reason"],
  ["an exception that ended", { exception: { ...exception, endsAt: days(0) } }, "exception.endsAt"],
  ["an exception nobody answers for", { exception: { ...exception, owner: "left" } }, "exception.owner"],
  ["a claim to be verified with other ids", bound({ repositoryId: "666" }), "binding.repository"],
  ["a claim to be verified of a repository nobody recorded", bound({ repository: "acme/other" }), "binding.repository"],
  ["a recorded repository spelled otherwise", bound({ repository: "Acme/Ledger" }), "binding.repository"],
  ["a recorded repository called unverified", bound({ verified: false }), "binding.repository"],
  ["the format the repository does not send", bound({ formats: ["names"] }), "binding.formats"],
  ["both formats without an end", bound({ formats: ["immutable", "names"] }), "binding.formats"],
  [
    "both formats with an end that passed",
    bound({ formats: ["immutable", "names"], formatsUntil: days(0) }),
    "binding.formats",
  ],
  ["no format", bound({ formats: [] }), "binding.formats"],
  ["one format with an end", bound({ formatsUntil: days(30) }), "binding.formats"],
  [
    "a name trusted for a repository nobody recorded",
    bound({ repository: "acme/new", repositoryId: "9", verified: false, formats: ["names"] }),
    "binding.formats",
  ],
  [
    "an environment spelled otherwise than GitHub has it",
    { ...bound({ subject: { environment: "preview" } }), environment: "dev" },
    "binding.environment",
  ],
  ["federation without a token", { binding: { kind: "workload", runsOn: "host b7" } }, "credential"],
])("%s is refused at its field", (_, change, field) => {
  expect(fieldsOf(change)).toContain(field);
});

test.each<[string, Partial<Charter>]>([
  ["a name of two", { name: "l2" }],
  ["a name of 40", { name: "l".repeat(40) }],
  ["a purpose of 15", { purpose: "fifteen letters" }],
  ["a purpose of 500", { purpose: "x".repeat(500) }],
  ["a purpose in Arabic", { purpose: "يكتب نسخة من دفتر الأستاذ إلى المخزن" }],
  ["the next millisecond as its end", { endsAt: new Date(now.getTime() + 1).toISOString() }],
  ["a rotation of 366 days", { rotation: { everyDays: 366, riskAnalysis: "RA" } }],
  ["unused for 400 days", { retireWhen: [{ kind: "unused", days: 400 }] }],
  ["20 data domains", { dataDomains: Array.from({ length: 20 }, (_, index) => `domain-${index}`) }],
  ["a whole exception", { exception }],
  ["both formats with an end ahead", bound({ formats: ["immutable", "names"], formatsUntil: days(30) })],
  ["an environment nobody recorded yet", { ...bound({ subject: { environment: "canary" } }), environment: "dev" }],
])("%s is accepted", (_, change) => {
  expect(fieldsOf(change)).toEqual([]);
});

test("a service that is decommissioned and a repository that is archived end what they carry", () => {
  expect(
    fieldsOf(
      {},
      { ...pipelineFacts, services: pipelineFacts.services.map((one) => ({ ...one, decommissioned: true })) },
    ),
  ).toEqual(["service"]);
  expect(
    fieldsOf(
      {},
      { ...pipelineFacts, repositories: pipelineFacts.repositories.map((one) => ({ ...one, archived: true })) },
    ),
  ).toEqual(["binding.repository"]);
});

test("every sentence ends, and none apologises", () => {
  const bad = {
    ...charter,
    name: "X",
    purpose: "no",
    owner: "ghost",
    endsAt: "soon",
    team: "ghost",
    target: "ghost",
    service: "ghost",
  };
  for (const { sentence, mend } of validateCharter(bad, pipelineFacts, now)) {
    expect(sentence).toMatch(/\.$/);
    expect(`${sentence} ${mend ?? ""}`).not.toMatch(/please|sorry|oops|successfully|!/i);
  }
});

test("the blueprint bounds environment, credential and rotation", () => {
  const rails = { ...pipelineFacts.blueprint, guardRails: { environments: ["prod"] as const } };
  const fields = (change: Partial<Charter>) =>
    whyNotBlueprint({ ...charter, ...change }, rails).map((one) => one.field);
  expect(fields({})).toEqual([]);
  expect(fields({ environment: "dev" })).toEqual(["environment"]);
  expect(fields({ credential: "static" })).toEqual(["credential"]);
  expect(fields({ rotation: { everyDays: 90, riskAnalysis: "RA-1" } })).toEqual(["rotation"]);
  expect(fields({ blueprint: "other" })).toEqual(["blueprint"]);
  expect(whyNotBlueprint({ rotation: null }, { ...rails, stores: true }).map((one) => one.field)).toEqual(["rotation"]);
});

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
test.each<[string, unknown, string]>([
  ["a spec 17 deep", { ...charter, spec: nested(17) }, "spec"],
  ["a list of 1001 in the spec", { ...charter, spec: { a: Array.from({ length: 1001 }, () => 1) } }, "spec.a"],
  ["half a character", { ...charter, purpose: "Loads the nightly \uD800 export" }, "purpose"],
  ["a missing field", { ...charter, owner: undefined }, "owner"],
  ["an inherited field", Object.create(charter), "name"],
  ["an unknown environment", { ...charter, environment: "production" }, "environment"],
  ["an unknown binding", { ...charter, binding: { ...charter.binding, kind: "gitlab" } }, "binding.runsOn"],
])("%s cannot be read", (_, value, field) => {
  const result = readCharter(value);
  expect("refusals" in result && result.refusals.some((one) => one.field?.startsWith(field))).toBe(true);
});

test("a spec 14 deep and a list of 1000 can be read", () => {
  expect(readCharter({ ...charter, spec: nested(14) })).toHaveProperty("ok");
  expect(readCharter({ ...charter, spec: { a: Array.from({ length: 1000 }, () => 1) } })).toHaveProperty("ok");
});
