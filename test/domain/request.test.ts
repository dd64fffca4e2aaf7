import { describe, expect, test } from "vitest";
import { charterAfter, type LaterKind } from "#lib/domain/change.ts";
import type { JsonObject } from "#lib/domain/json.ts";
import { afterEvent, holdEnds, isExpiryDue } from "#lib/domain/lifecycle.ts";
import { manyCap, readMany } from "#lib/domain/many.ts";
import { mayAccept, mayAskAbout, mayEndOverlap, mayRotate, maySucceed } from "#lib/domain/ownership.ts";
import {
  finishedAs,
  mayBecome,
  mayFollow,
  mayReceiveVerdict,
  maySubmitVersion,
  mayTakeBack,
  mayWithdraw,
  requestStates,
  settledStates,
  type TakingBack,
} from "#lib/domain/request.ts";
import { charter, days, now } from "./forms.ts";

const code = (outcome: object) =>
  "refusals" in outcome ? (outcome.refusals as readonly { code: string }[])[0]?.code : "ok";

describe("a request", () => {
  const mine = { requester: "jonas", person: "jonas" };
  test.each([
    ["received", "ok"],
    ["refused", "ok"],
    ["awaiting-approval", "ok"],
    ["awaiting-acceptance", "ok"],
    ["resubmit", "ok"],
    ["approved", "ok"],
    ["provisioning", "conflict"],
    ["live", "conflict"],
    ["done", "conflict"],
    ["denied", "conflict"],
    ["withdrawn", "conflict"],
    ["expired", "conflict"],
    ["failed", "conflict"],
  ] as const)("that is %s is withdrawn: %s", (state, expected) => {
    expect(code(mayWithdraw({ ...mine, state }))).toBe(expected);
    expect(code(mayWithdraw({ ...mine, person: "mara", state }))).toBe("forbidden");
    expect(code(mayWithdraw({ requester: null, person: "mara", state }))).toBe("forbidden");
  });
  test("is changed by its requester, one version at a time, until approved", () => {
    const change = { ...mine, state: "awaiting-approval", newest: 1, version: 2 } as const;
    expect(code(maySubmitVersion(change))).toBe("ok");
    expect(code(maySubmitVersion({ ...change, version: 1 }))).toBe("conflict");
    expect(code(maySubmitVersion({ ...change, version: 3 }))).toBe("conflict");
    expect(code(maySubmitVersion({ ...change, person: "mara" }))).toBe("forbidden");
    expect(code(maySubmitVersion({ ...change, state: "approved" }))).toBe("conflict");
    expect(code(maySubmitVersion({ ...change, state: "denied" }))).toBe("conflict");
    expect(code(maySubmitVersion({ ...change, state: "resubmit" }))).toBe("ok");
  });
  test("takes verdicts only while approval is awaited", () => {
    expect(requestStates.filter((state) => code(mayReceiveVerdict(state)) === "ok")).toEqual(["awaiting-approval"]);
  });
  test("is provisioned from approved alone, and settled states stay settled", () => {
    expect(requestStates.filter((state) => mayFollow(state, "provisioning"))).toEqual(["approved"]);
    expect(requestStates.filter((state) => mayFollow(state, "live"))).toEqual(["provisioning"]);
    expect(requestStates.filter((state) => mayFollow("provisioning", state))).toEqual([
      "live",
      "done",
      "withdrawn",
      "failed",
    ]);
    expect(settledStates).toEqual(["live", "done", "denied", "withdrawn", "expired", "failed"]);
  });
  test("begins anew from received with a newer version, where one may be submitted, and never goes back to an older one", () => {
    const at = (state: (typeof requestStates)[number], requestVersion: number) => ({ state, requestVersion });
    expect(mayBecome(null, at("awaiting-approval", 1))).toBe(true);
    expect(mayBecome(null, at("provisioning", 1))).toBe(false);
    expect(mayBecome(at("approved", 1), at("provisioning", 1))).toBe(true);
    expect(mayBecome(at("awaiting-acceptance", 1), at("awaiting-approval", 2))).toBe(true);
    expect(mayBecome(at("resubmit", 1), at("resubmit", 2))).toBe(true);
    expect(mayBecome(at("resubmit", 1), at("resubmit", 1))).toBe(false);
    expect(mayBecome(at("refused", 1), at("provisioning", 2))).toBe(false);
    expect(mayBecome(at("approved", 1), at("awaiting-approval", 2))).toBe(false);
    expect(mayBecome(at("awaiting-approval", 2), at("approved", 1))).toBe(false);
  });
});

describe("an identity is asked about", () => {
  const behind = { owner: "amara", backup: { team: "payments" }, endsIt: "jonas", state: "live" } as const;
  const asker = (id: string, teams: readonly string[] = [], roles: readonly "security"[] = []) => ({
    id,
    teams,
    roles,
  });
  test("by owner, backup and security; suspended and retired also by who ends it", () => {
    for (const kind of ["renew", "transfer", "suspend", "retire"] as const) {
      expect(code(mayAskAbout(kind, behind, asker("amara")))).toBe("ok");
      expect(code(mayAskAbout(kind, behind, asker("x", ["payments"])))).toBe("ok");
      expect(code(mayAskAbout(kind, behind, asker("mara", [], ["security"])))).toBe("ok");
      expect(code(mayAskAbout(kind, behind, asker("priya", ["data"])))).toBe("forbidden");
      expect(code(mayAskAbout(kind, { ...behind, backup: { person: "priya" } }, asker("priya")))).toBe("ok");
      const takesAway = kind === "retire" || kind === "suspend";
      expect(code(mayAskAbout(kind, behind, asker("jonas")))).toBe(takesAway ? "ok" : "forbidden");
    }
  });
  test("suspended while it lives, resumed while it is suspended", () => {
    const suspended = { ...behind, state: "suspended" } as const;
    expect(mayAskAbout("change-access", suspended, asker("amara"))).toMatchObject({
      refusals: [{ sentence: "It is suspended; there is nothing to change." }],
    });
    expect(mayAskAbout("change-access", suspended, asker("priya", ["data"]))).toMatchObject({
      refusals: [{ sentence: "Only the owner, the backup or security may change it." }],
    });
    expect(code(mayAskAbout("suspend", suspended, asker("amara")))).toBe("conflict");
    expect(code(mayAskAbout("resume", behind, asker("amara")))).toBe("conflict");
    expect(code(mayAskAbout("resume", suspended, asker("amara")))).toBe("ok");
    expect(code(mayAskAbout("resume", suspended, asker("jonas")))).toBe("forbidden");
    expect(code(mayAskAbout("retire", suspended, asker("jonas")))).toBe("ok");
  });
  test("renewed even during its hold, never once retired", () => {
    expect(code(mayAskAbout("renew", { ...behind, state: "retiring" }, asker("amara")))).toBe("ok");
    expect(code(mayAskAbout("retire", { ...behind, state: "retiring" }, asker("amara")))).toBe("conflict");
    expect(code(mayAskAbout("renew", { ...behind, state: "retired" }, asker("amara")))).toBe("conflict");
  });
});

describe("a request says why not", () => {
  const refused = (outcome: object) => ("refusals" in outcome ? outcome.refusals : outcome);
  const conflict = (sentence: string, mend?: string) => [
    { code: "conflict", sentence, ...(mend === undefined ? {} : { mend }) },
  ];
  const mine = { requester: "jonas", person: "jonas" };
  test("to who withdraws, changes or decides it", () => {
    const other = { ...mine, person: "mara", state: "received" } as const;
    const live = { ...mine, state: "live", newest: 2, version: 3 } as const;
    expect(refused(mayWithdraw(other))).toEqual([
      { code: "forbidden", sentence: "Only the requester withdraws a request." },
    ]);
    expect(refused(mayWithdraw(live))).toEqual(conflict("It is live and can no longer be withdrawn."));
    expect(refused(maySubmitVersion({ ...other, newest: 1, version: 2 }))).toEqual([
      { code: "forbidden", sentence: "Only the requester changes a request." },
    ]);
    expect(refused(maySubmitVersion({ ...live, version: 2 }))).toEqual(
      conflict("Version 2 is the newest by now.", "Look at it and submit your change again."),
    );
    expect(refused(maySubmitVersion(live))).toEqual(conflict("It is live and can no longer be changed."));
    expect(refused(mayReceiveVerdict("awaiting-acceptance"))).toEqual(
      conflict("It is waiting for the owner to accept; there is nothing to decide."),
    );
  });
  test("to who has it taken back", () => {
    const asker = { id: "x", roles: [] };
    const back: TakingBack = { kind: "provision", stuck: true, undoing: false, behind: ["x", null], asker };
    const may = (change: Partial<TakingBack>) => refused(mayTakeBack({ ...back, ...change }));
    const only = "Only a provisioning or a change of access that is stuck is taken back.";
    expect([may({}), may({ kind: "change-access" })]).toEqual([{ ok: null }, { ok: null }]);
    for (const role of ["operator", "security"] as const)
      expect(may({ behind: [], asker: { id: "y", roles: [role] } })).toEqual({ ok: null });
    expect(may({ behind: [null, "jonas"], asker: { id: "y", roles: ["auditor"] } })).toEqual([
      { code: "forbidden", sentence: "Only the requester, the owner, an operator or security has it taken back." },
    ]);
    expect(may({ undoing: true })).toEqual(conflict("It is being taken back already."));
    expect(may({ stuck: false })).toEqual(conflict(only));
    expect(may({ kind: "renew" })).toEqual(conflict(only, "Mend the cause, then have the step tried again."));
  });
  test("and ends as its kind does", () => {
    expect([finishedAs("provision"), finishedAs("renew")]).toEqual(["live", "done"]);
  });
});

test("several go together, each once and not too many", () => {
  const many = Array.from({ length: manyCap }, (_, at) => `${at}`);
  const why = (of: readonly string[]) => {
    const outcome = readMany(of);
    return "refusals" in outcome ? outcome.refusals[0] : null;
  };
  expect([why(many), why(["a"])]).toEqual([null, null]);
  expect(why([])).toEqual({ code: "invalid", sentence: "Select the identities first." });
  expect(why([...many, "more"])).toEqual({
    ...{ code: "invalid", sentence: "At most 200 identities go together." },
    mend: "Narrow the filter, or go on with the rest afterwards.",
  });
  expect(why(["a", "b", "a"])).toEqual({ code: "invalid", sentence: "An identity was named twice." });
});

describe("a rotation", () => {
  const held = (...kept: readonly (Date | null)[]) => mayRotate(kept.map((keptUntil) => ({ keptUntil })));
  test("is of the one credential that is stored", () => {
    expect(held(null)).toEqual({ ok: null });
    expect(held()).toEqual({
      refusals: [{ code: "conflict", sentence: "It has no stored credential, so there is nothing to replace." }],
    });
    for (const two of [held(now), held(null, now), held(null, null)])
      expect(two).toEqual({
        refusals: [
          {
            ...{ code: "conflict", sentence: "Its credential is being replaced already." },
            mend: "Wait until the older one has ended, or end it now.",
          },
        ],
      });
  });
  test("has its overlap ended while there is one, in whatever state, by who could have asked for it", () => {
    const behind = { owner: "amara", backup: { person: "x" }, endsIt: "jonas", state: "suspended" } as const;
    const end = (kept: boolean, id = "amara") => mayEndOverlap({ behind, kept, asker: { id, teams: [], roles: [] } });
    expect(end(true)).toEqual({ ok: null });
    expect(end(false)).toEqual({
      refusals: [{ code: "conflict", sentence: "No older credential is kept beside its successor." }],
    });
    for (const kept of [true, false])
      expect(end(kept, "jonas")).toEqual({
        refusals: [{ code: "forbidden", sentence: "Only the owner, the backup or security may rotate it." }],
      });
  });
});

test("ownership is accepted by the named person alone, and only as seen", () => {
  const seen = { version: 2, planDigest: "p2" };
  const accept = { accepter: "amara", person: "amara", active: true, now: seen, seen };
  expect(code(mayAccept(accept))).toBe("ok");
  expect(code(mayAccept({ ...accept, person: "jonas" }))).toBe("forbidden");
  expect(code(mayAccept({ ...accept, active: false }))).toBe("forbidden");
  expect(code(mayAccept({ ...accept, accepter: null }))).toBe("conflict");
  expect(code(mayAccept({ ...accept, seen: { ...seen, version: 1 } }))).toBe("conflict");
  expect(code(mayAccept({ ...accept, seen: { ...seen, planDigest: "p1" } }))).toBe("conflict");
  const why = (change: object) => {
    const outcome = mayAccept({ ...accept, ...change });
    return "refusals" in outcome ? [outcome.refusals[0].sentence, outcome.refusals[0].mend] : [];
  };
  expect(why({ person: "jonas" })).toEqual(["Only the person who would own it accepts.", undefined]);
  expect(why({ active: false })).toEqual(["You are no longer active here.", undefined]);
  expect(why({ accepter: null })).toEqual(["Nobody's acceptance is awaited.", undefined]);
  expect(why({ seen: { ...seen, version: 1 } })).toEqual(["It has changed since you looked.", "Look at it again."]);
});

test("a later request changes only what its kind changes", () => {
  const after = (kind: LaterKind, change: JsonObject, at = now) => charterAfter({ kind, charter, change, now: at });
  expect(after("renew", { endsAt: days(301) })).toEqual({ ok: { ...charter, endsAt: days(301) } });
  expect(code(after("renew", { endsAt: charter.endsAt }))).toBe("invalid");
  expect(code(after("renew", {}))).toBe("invalid");
  expect(code(after("renew", { endsAt: days(301), exceptionEndsAt: days(302) }))).toBe("invalid");
  const exception = { reason: "The partner reads files over FTP only.", endsAt: days(300), owner: "amara" };
  const excepted = charterAfter({
    ...{ kind: "renew", charter: { ...charter, exception }, now },
    change: { endsAt: days(301), exceptionEndsAt: days(302) },
  });
  expect(excepted).toEqual({
    ok: { ...charter, endsAt: days(301), exception: { ...exception, endsAt: days(302) } },
  });
  expect(code(after("renew", { endsAt: days(301), owner: "x" }))).toBe("invalid");
  expect(after("transfer", { to: "tomas" })).toEqual({ ok: { ...charter, owner: "tomas" } });
  expect(after("transfer", { to: "amara" })).toEqual({
    ok: { ...charter, owner: "amara", backup: { team: "payments" } },
  });
  expect(after("retire", { reason: "No longer needed." })).toEqual({ ok: charter });
  expect(code(after("retire", { reason: "No longer needed.", owner: "x" }))).toBe("invalid");
  expect(after("suspend", { reason: "It may have leaked." }, new Date(charter.endsAt))).toEqual({ ok: charter });
  expect(after("resume", { reason: "A false alarm." }, new Date(Date.parse(charter.endsAt) - 1))).toEqual({
    ok: charter,
  });
  expect(code(after("resume", { reason: "A false alarm." }, new Date(charter.endsAt)))).toBe("conflict");
});

test("a successor is another active person", () => {
  const of = { owner: "jonas" };
  expect(code(maySucceed(of, { id: "amara", active: true }))).toBe("ok");
  expect(code(maySucceed(of, { id: "jonas", active: true }))).toBe("invalid");
  expect(code(maySucceed(of, { id: "amara", active: false }))).toBe("invalid");
  expect(code(maySucceed(of, undefined))).toBe("invalid");
  const refused = (sentence: string) => ({
    refusals: [{ code: "invalid", field: "owner", sentence, mend: "Choose someone else." }],
  });
  expect(maySucceed(of, null)).toEqual(refused("The new owner is nobody the directory knows."));
  expect(maySucceed(of, { id: "jonas", active: false })).toEqual(refused("The new owner is no longer active."));
  expect(maySucceed(of, { id: "jonas", active: true })).toEqual(refused("This person owns it already."));
});

test("an identity moves only as its life allows", () => {
  expect(afterEvent("provisioning", "provisioned")).toEqual({ ok: "live" });
  expect(afterEvent("live", "retirement-started")).toEqual({ ok: "retiring" });
  expect(afterEvent("retiring", "renewed")).toEqual({ ok: "live" });
  expect(afterEvent("retiring", "removed")).toEqual({ ok: "retired" });
  expect(code(afterEvent("retired", "renewed"))).toBe("conflict");
  expect(code(afterEvent("live", "removed"))).toBe("conflict");
  expect(code(afterEvent("failed", "provisioned"))).toBe("conflict");
});

test("expiry is due at the end and not before, and not twice", () => {
  const due = (state: "live" | "suspended" | "retiring", at: number) =>
    isExpiryDue({ state, endsAt: new Date(now.getTime() + at) }, now);
  expect([due("live", 0), due("live", 1), due("suspended", -1), due("retiring", -1)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});
test("a hold lasts as many days as policy's figure says, and none without a figure", () => {
  expect(holdEnds(now, 14).toISOString()).toBe(days(14));
  for (const none of [0, -1, undefined, "14"]) expect(holdEnds(now, none)).toEqual(now);
});
