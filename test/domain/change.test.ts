import { describe, expect, test } from "vitest";
import { charterAfter, fieldsOf, type LaterKind } from "#lib/domain/change.ts";
import type { Charter } from "#lib/domain/charter.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { days, now } from "./forms.ts";

const exception = { rule: "long", reason: "Why not.", endsAt: days(30), owner: "amara" };
const charter = {
  ...{ name: "ledger", owner: "amara", backup: { person: "jonas" }, team: "payments", endsAt: days(60) },
  ...{ spec: { actions: ["read"] }, exception: null },
} as unknown as Charter;
const changed = (kind: LaterKind, change: JsonObject, from: Charter = charter) =>
  charterAfter({ kind, charter: from, change, now });
const refusal = (kind: LaterKind, change: JsonObject, from: Charter = charter) => {
  const outcome = changed(kind, change, from);
  return "refusals" in outcome ? outcome.refusals[0] : null;
};

describe("a later request", () => {
  test.each(["suspend", "rotate", "retire"] as const)("to %s leaves the charter as it is", (kind) =>
    expect(changed(kind, { reason: "It leaks." })).toEqual({ ok: charter }),
  );
  test("knows its own field and no other, as a text of a few words", () => {
    const unread = { code: "invalid", sentence: "This change cannot be read." };
    const fields = { suspend: "reason", resume: "reason", rotate: "reason", retire: "reason", transfer: "owner" };
    for (const [kind, field] of Object.entries(fields) as [LaterKind, string][]) {
      const key = kind === "transfer" ? "to" : "reason";
      expect(refusal(kind, {})).toEqual({ ...unread, field });
      expect(refusal(kind, { [key]: 5 })).toEqual({ ...unread, field });
      expect(refusal(kind, { [key]: "It leaks.", owner: "x" })).toEqual({ ...unread, field });
      expect(refusal(kind, { [key]: "no" })).toMatchObject({ code: "invalid", field });
      expect(refusal(kind, { [key]: "x".repeat(501) })).toMatchObject({ code: "invalid", field });
      expect(refusal(kind, { [key]: "yes" })).toBeNull();
    }
    expect(refusal("renew", { endsAt: 5 })).toEqual({ ...unread, field: "endsAt" });
    expect(refusal("change-access", {})).toEqual({ ...unread, field: "reason" });
  });
  test("may have strangers beside a suspension, and nothing of the kind beside others", () => {
    expect(changed("suspend", { reason: "It leaks.", strangers: ["k"] })).toEqual({ ok: charter });
    expect(refusal("retire", { reason: "It leaks.", strangers: ["k"] })).not.toBeNull();
  });
});

describe("a resumption", () => {
  test("is of what has not ended", () => {
    expect(changed("resume", { reason: "All is well." })).toEqual({ ok: charter });
    const past = { code: "conflict", sentence: "Its end has passed.", mend: "Renew it first." };
    for (const endsAt of [days(0), days(-1), "never"])
      expect(refusal("resume", { reason: "All is well." }, { ...charter, endsAt })).toEqual(past);
  });
});

describe("a change of access", () => {
  test("is other access and nothing else", () => {
    const spec = { actions: ["write"] };
    expect(changed("change-access", { reason: "More to do.", spec })).toEqual({ ok: { ...charter, spec } });
    for (const other of [undefined, null, [], "x"])
      expect(
        refusal("change-access", { reason: "More to do.", ...(other === undefined ? {} : { spec: other }) }),
      ).toEqual({ code: "invalid", field: "spec", sentence: "What it must do is missing." });
  });
});

describe("a transfer", () => {
  test("keeps the backup, unless that is who becomes the owner", () => {
    expect(changed("transfer", { to: "mara" })).toEqual({ ok: { ...charter, owner: "mara" } });
    expect(changed("transfer", { to: "jonas" })).toEqual({
      ok: { ...charter, owner: "jonas", backup: { team: "payments" } },
    });
    const team = { ...charter, backup: { team: "data" } };
    expect(changed("transfer", { to: "jonas" }, team)).toEqual({ ok: { ...team, owner: "jonas" } });
  });
});

describe("a renewal", () => {
  test("sets a later end", () => {
    expect(changed("renew", { endsAt: days(90) })).toEqual({ ok: { ...charter, endsAt: days(90) } });
    expect(refusal("renew", { endsAt: days(60) })).toMatchObject({ sentence: "It already lasts that long." });
    expect(refusal("renew", { endsAt: days(-1) })).toMatchObject({ sentence: "The end has passed." });
    expect(refusal("renew", { endsAt: "soon" })).toMatchObject({ sentence: "This is not a date." });
  });
  test("moves the end of an exception with it, where there is one", () => {
    const excepted = { ...charter, exception } as unknown as Charter;
    const change = { endsAt: days(90), exceptionEndsAt: days(45) };
    expect(changed("renew", change, excepted)).toEqual({
      ok: { ...excepted, endsAt: days(90), exception: { ...exception, endsAt: days(45) } },
    });
    expect(changed("renew", { endsAt: days(90) }, excepted)).toEqual({ ok: { ...excepted, endsAt: days(90) } });
    const field = "exception.endsAt";
    expect(refusal("renew", change)).toEqual({
      ...{ code: "invalid", field, sentence: "It has no exception.", mend: "Leave its end out." },
    });
    for (const exceptionEndsAt of ["soon", 5, null])
      expect(refusal("renew", { endsAt: days(90), exceptionEndsAt }, excepted)).toEqual({
        ...{ code: "invalid", field, sentence: "This is not a date.", mend: "Choose when the exception ends." },
      });
  });
});

test("only what a change touches is judged again", () => {
  expect(fieldsOf("provision")).toBeNull();
  expect(fieldsOf("renew")).toEqual(["endsAt", "owner", "exception.endsAt", "exception.owner"]);
  expect([fieldsOf("transfer"), fieldsOf("resume")]).toEqual([["owner"], ["owner"]]);
  for (const kind of ["change-access", "suspend", "rotate", "retire"] as const) expect(fieldsOf(kind)).toEqual([]);
});
