import { describe, expect, test } from "vitest";
import { loadBundle } from "#lib/policy/bundle.ts";
import { figuresFile, readFigures } from "#lib/policy/figures.ts";

const loaded = await loadBundle();
if ("refusals" in loaded) throw new Error(loaded.refusals.map((one) => one.sentence).join("\n"));
const shipped: Record<string, unknown> = JSON.parse(loaded.ok.files[figuresFile] ?? "");
const { attestation, findings, staleDays, rotationOverlapHours, ...least } = shipped;
const asked = attestation as Record<string, unknown>;
const all = ["platform-native", "federated", "short-lived", "dynamic", "static"];
const days = (environments: string[], credentials: string[], count = 90) => ({
  environments,
  credentials,
  days: count,
});

const read = (change: Record<string, unknown> = {}) => readFigures(JSON.stringify({ ...shipped, ...change }));
const problems = (change: Record<string, unknown>) => {
  const figures = read(change);
  return "problems" in figures ? figures.problems : [];
};
function figures(of: Record<string, unknown>) {
  const given = readFigures(JSON.stringify(of));
  return "problems" in given ? expect.fail(given.problems.join(" ")) : given;
}

describe("a bundle's figures", () => {
  test("are as they were set, days by environment and credential", () => {
    const set = figures(shipped);
    const { maxDays, everyDays, stale } = { ...set, everyDays: set.attestation?.everyDays, stale: set.staleDays };
    expect([maxDays("prod", "static"), maxDays("prod", "dynamic"), maxDays("staging", "static")]).toEqual([
      183, 396, 90,
    ]);
    expect([everyDays?.("prod", "static"), everyDays?.("prod", "federated"), everyDays?.("dev", "static")]).toEqual([
      91, 182, 182,
    ]);
    expect([stale("static"), stale("federated")]).toEqual([30, 60]);
    expect(set).toMatchObject({
      ...{ stageHours: 72, acceptanceDays: 7, holdDays: 14, unusedDays: 90, rotateEveryDays: 90 },
      ...{ rotationOverlapHours: 24, findings: { expiringDays: 30, exceptionDays: 30, muteDays: 90 } },
      attestation: {
        opensDaysBefore: 14,
        remindsDaysBefore: 7,
        backupDaysBefore: 3,
        privileged: { riskFrom: 36, days: 91 },
      },
    });
  });
  test("of a bundle older than a figure go on to decide", () => {
    const old = figures({ ...least, unusedDays: 45 });
    expect(old).toMatchObject({
      ...{ attestation: null, rotationOverlapHours: 24 },
      findings: { expiringDays: 30, exceptionDays: 30, muteDays: 90 },
    });
    expect([old.staleDays("static"), old.staleDays("dynamic")]).toEqual([45, 45]);
  });
  test("that are none are told as such", () => {
    expect(readFigures(undefined)).toEqual({ problems: ["The bundle has no figures.json."] });
    for (const text of ["", "{", "null", "[]"])
      expect(readFigures(text)).toEqual({ problems: [expect.stringMatching(/^figures\.json: the whole: /)] });
  });
  test.each<[Record<string, unknown>, string]>([
    [{ stageHours: 2160 }, ""],
    [{ stageHours: 2161 }, "stageHours"],
    [{ stageHours: 0 }, "stageHours"],
    [{ stageHours: 1.5 }, "stageHours"],
    [{ acceptanceDays: 3660 }, ""],
    [{ acceptanceDays: 3661 }, "acceptanceDays"],
    [{ acceptanceDays: 0 }, "acceptanceDays"],
    [{ holdDays: 0 }, ""],
    [{ holdDays: -1 }, "holdDays"],
    [{ holdDays: 365 }, ""],
    [{ holdDays: 366 }, "holdDays"],
    [{ rotationOverlapHours: 2160 }, ""],
    [{ rotationOverlapHours: 2161 }, "rotationOverlapHours"],
    [{ rotationOverlapHours: 0 }, "rotationOverlapHours"],
    [{ narrow: { actions: 0, resources: 10_000, days: 1 } }, ""],
    [{ narrow: { actions: -1, resources: 0, days: 1 } }, "narrow.actions"],
    [{ narrow: { actions: 0, resources: 10_001, days: 1 } }, "narrow.resources"],
    [{ narrow: { actions: 0, resources: 0 } }, "narrow.days"],
    [{ narrow: { actions: 0, resources: 0, days: 1, more: 1 } }, "narrow"],
    [{ staleDays: { static: 1 } }, "staleDays.other"],
    [{ staleDays: { other: 1 } }, "staleDays.static"],
    [{ staleDays: { static: 1, other: 1, more: 1 } }, "staleDays"],
    [{ findings: { expiringDays: 1, exceptionDays: 1 } }, "findings.muteDays"],
    [{ findings: {} }, "findings.expiringDays findings.exceptionDays findings.muteDays"],
    [{ maxDays: [] }, "maxDays"],
    [{ maxDays: [days([], all)] }, "maxDays.0.environments"],
    [{ maxDays: [days(["prod"], [])] }, "maxDays.0.credentials"],
    [{ maxDays: [{ ...days(["prod"], all), more: 1 }] }, "maxDays.0"],
    [{ maxDays: [days(["moon"], ["luck"], 0)] }, "maxDays.0.environments.0 maxDays.0.credentials.0 maxDays.0.days"],
    [{ attestation: { ...asked, privileged: { riskFrom: 1, days: 91 } } }, ""],
    [{ attestation: { ...asked, privileged: { riskFrom: 100, days: 91 } } }, ""],
    [{ attestation: { ...asked, privileged: { riskFrom: 0, days: 91 } } }, "attestation.privileged.riskFrom"],
    [{ attestation: { ...asked, privileged: { riskFrom: 101, days: 91 } } }, "attestation.privileged.riskFrom"],
    [{ attestation: { ...asked, backupDaysBefore: 0 } }, ""],
    [{ attestation: { ...asked, backupDaysBefore: -1 } }, "attestation.backupDaysBefore"],
    [{ attestation: { ...asked, more: 1 } }, "attestation"],
    [{ attestation: { ...asked, opensDaysBefore: 7, backupDaysBefore: 7 } }, ""],
    [{ attestation: { ...asked, opensDaysBefore: 6 } }, "attestation"],
    [{ attestation: { ...asked, backupDaysBefore: 8 } }, "attestation"],
  ])("%j: the problem lies in %j", (change, places) => {
    expect(problems(change).map((problem) => /^figures\.json: ([\w.]+): ./.exec(problem)?.[1])).toEqual(
      places === "" ? [] : places.split(" "),
    );
  });
  test("ask the owner first, then remind, then ask the backup", () => {
    const inOrder = "The owner is asked first, then reminded, then the backup is asked.";
    expect(problems({ attestation: { ...asked, opensDaysBefore: 6 } })).toEqual([
      `figures.json: attestation: ${inOrder}`,
    ]);
  });
  test("have exactly one row for every environment and credential, in each table", () => {
    const rest = days(["dev", "staging"], all);
    const gap = [days(["prod"], ["platform-native", "federated", "short-lived", "dynamic"]), rest];
    const twice = [...gap, days(["prod"], ["static", "dynamic"])];
    expect(problems({ maxDays: gap, attestation: { ...asked, everyDays: twice } })).toEqual([
      "figures.json: prod with a static credential has 0 rows in maxDays; give it one.",
      "figures.json: prod with a dynamic credential has 2 rows in attestation.everyDays; give it one.",
    ]);
  });
});
