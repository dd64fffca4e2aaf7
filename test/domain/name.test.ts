import { describe, expect, test } from "vitest";
import type { Answers } from "#lib/domain/answers.ts";
import { inferName } from "#lib/domain/name.ts";
import { pipelineAnswers } from "./forms.ts";

const github = (repository: string): Answers["runs"] => ({ kind: "github", repository, subject: null });
const workload = (runsOn: string): Answers["runs"] => ({ kind: "workload", runsOn });
const pack = (...values: readonly string[]): Answers["need"] => ({
  ...{ pack: "p", parameters: Object.fromEntries(values.map((value, at) => [`p${at}`, value])) },
});
const named = (
  runs: Answers["runs"],
  need: Answers["need"],
  more: Partial<Answers> = {},
  taken: readonly string[] = [],
) => inferName({ ...pipelineAnswers, runs, need, ...more }, taken);

describe("a name is made of what runs it and what it is for", () => {
  test.each<[Answers["runs"], Answers["need"], string | null]>([
    [github("acme/ledger"), pack("ledger-cold"), "ledger-cold"],
    [github("acme/ledger"), pack("cold", "other"), "ledger-cold"],
    [github("acme/ledger"), pack("ledger"), "ledger"],
    [github("acme/ledger"), pack("ledgers"), "ledger-ledgers"],
    [github("acme/ledger"), pack(), "ledger"],
    [github("acme/ledger"), null, "ledger"],
    [github("acme/ledger"), { grants: [] }, "ledger"],
    [github("acme/ledger"), { pasted: "{}" }, "ledger"],
    [workload("Billing job"), pack("Invoices 2026"), "billing-job-invoices-2026"],
    [null, pack("cold"), null],
    [github("acme"), pack("cold"), null],
    [github(""), null, null],
    [workload("—"), pack("cold"), null],
    [workload("b"), null, null],
    [workload("b7"), null, "b7"],
    [workload("b"), pack("c"), "b-c"],
  ])("%j and %j: %j", (runs, need, name) => expect(named(runs, need)).toBe(name));

  test.each([
    ["a".repeat(24), "a".repeat(24)],
    ["a".repeat(25), "a".repeat(24)],
    [`${"a".repeat(12)}-${"b".repeat(20)}`, "a".repeat(12)],
    [`${"a".repeat(11)}-${"b".repeat(20)}`, `${"a".repeat(11)}-${"b".repeat(12)}`],
    [`${"a".repeat(24)}-b`, "a".repeat(24)],
  ])("what runs it, %s, is shortened after a whole word where half stays: %s", (runsOn, name) =>
    expect(named(workload(runsOn), null)).toBe(name),
  );

  test("has room for a number, and for its environment", () => {
    const long = workload("a".repeat(20));
    expect(named(long, pack("b".repeat(38)))).toBe(`${"a".repeat(20)}`);
    expect(named(long, pack(`${"b".repeat(16)}c`))).toBe("a".repeat(20));
    expect(named(long, pack("b".repeat(16)))).toBe(`${"a".repeat(20)}-${"b".repeat(16)}`);
    const staging = { nameEndsIn: "staging" } as const;
    expect(named(workload("b7"), null, staging)).toBe("b7-staging");
    expect(named(long, pack("bbbbbbbb"), staging)).toBe(`${"a".repeat(20)}-bbbbbbbb-staging`);
    expect(named(long, pack("bbbbbbbbb"), staging)).toBe(`${"a".repeat(20)}-staging`);
  });

  test("is told apart from those that are taken by the first free number", () => {
    expect(named(workload("b7"), null, {}, ["b7-2"])).toBe("b7");
    expect(named(workload("b7"), null, {}, ["b7"])).toBe("b7-2");
    expect(named(workload("b7"), null, {}, ["b7", "b7-2", "b7-4"])).toBe("b7-3");
  });
});
