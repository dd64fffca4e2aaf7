import { describe, expect, test } from "vitest";
import { requestKinds } from "#lib/domain/charter.ts";
import { Secret } from "#lib/domain/secret.ts";
import {
  isAssertion,
  isRegistration,
  type Key,
  type SignedAct,
  sayAct,
  statementOf,
  submissionIsSigned,
  whyNotKey,
} from "#lib/domain/signature.ts";
import { now } from "./forms.ts";

test("a statement says exactly what was done, by whom and over which challenge, and null for the rest", () => {
  const by = { installation: "i", person: "p", challengeId: "c" };
  const none = { request: null, version: null, planDigest: null, stage: null, verdict: null, content: null };
  expect(statementOf({ kind: "bundle" }, by)).toEqual({ v: "charter-signature-1", kind: "bundle", ...none, ...by });
  const all = { request: "r", version: 2, planDigest: "d", stage: 0, verdict: "deny", content: "x" } as const;
  expect(statementOf({ kind: "verdict", ...all }, by)).toEqual({
    ...{ v: "charter-signature-1", kind: "verdict", ...all, ...by },
  });
});

describe("a gesture is known by its texts", () => {
  const assertion = {
    challengeId: "a",
    credentialId: "b",
    authenticatorData: "c",
    clientDataJSON: "d",
    signature: "e",
  };
  const registration = {
    ...{ challengeId: "a", credentialId: "b", attestationObject: "c", clientDataJSON: "d", code: "" },
    transports: ["usb", "nfc"],
  };
  test.each([
    ["an assertion", isAssertion, assertion],
    ["a registration", isRegistration, registration],
  ] as const)("%s", (_, is, whole) => {
    expect(is(whole)).toBe(true);
    for (const key of Object.keys(whole)) expect(is({ ...whole, [key]: 5 })).toBe(false);
    for (const other of [null, undefined, "x", 5, {}, Object.create(whole)]) expect(is(other)).toBe(false);
  });
  test("a registration's transports are texts", () => {
    const of = (transports: unknown) => isRegistration({ ...registration, transports });
    expect([of([]), of(["usb", 5]), of("usb"), of(null)]).toEqual([true, false, false, false]);
  });
});

test("who submits a version signs it where that gives power, time or an owner", () => {
  const signed = (change: object = {}) =>
    requestKinds.filter((kind) =>
      submissionIsSigned({ assurance: "passkey", kind, person: "jonas", owner: "jonas", ...change }),
    );
  expect(signed()).toEqual(["provision", "change-access", "renew", "transfer", "resume"]);
  expect(signed({ owner: "amara" })).toEqual(["change-access", "renew", "transfer", "resume"]);
  expect([signed({ assurance: null }), signed({ person: null })]).toEqual([[], []]);
});

describe("a key signs", () => {
  const key: Key = { person: "jonas", usableFrom: now, revokedAt: null };
  const later = new Date(now.getTime() + 1);
  test.each<[Key | undefined, string | null]>([
    [key, null],
    [undefined, "This key is not enrolled here."],
    [{ ...key, person: "amara" }, "This key belongs to somebody else."],
    [{ ...key, revokedAt: later }, "This key was revoked."],
    [{ ...key, usableFrom: null }, "This key cannot be used yet."],
    [{ ...key, usableFrom: later }, "This key cannot be used yet."],
  ])("%j: %j", (of, why) => expect(whyNotKey(of, { person: "jonas", now })).toBe(why));
});

describe("what a signature will say is read before the gesture", () => {
  const name = { name: "ledger" };
  const whole = { ...name, environment: "prod" };
  test.each<[SignedAct, string]>([
    ["verdict", "Approve version 2 of ledger in prod, exactly as shown."],
    ["acceptance", "Accept ownership of version 2 of ledger in prod, exactly as shown."],
    ["provision", "Ask for version 2 of ledger in prod, exactly as shown, and accept to own it."],
    ["change-access", "Change the access of ledger, exactly as shown."],
    ["adopt", "Adopt ledger, exactly as shown."],
    ["renew", "Renew ledger: only its end moves."],
    ["resume", "Enable ledger again, exactly as it was."],
    ["transfer", "Hand ledger over to its new owner."],
    ["suspend", "Suspend ledger."],
    ["rotate", "Rotate the credential of ledger."],
    ["retire", "Retire ledger."],
    ["bundle", "Put the policy bundle with this fingerprint in force."],
    ["link", "Make the two logins with this fingerprint count as one person."],
    ["invitation", "Invite ledger to enrol a passkey."],
    ["key", "Let the passkey ledger of Jonas be used from now on."],
    ["enrolment", "Enrol this passkey."],
  ])("%s: %s", (kind, words) => expect(sayAct({ kind, version: 2 }, { ...whole, to: "Jonas" })).toBe(words));
  test("without what is not known", () => {
    expect(sayAct({ kind: "acceptance" }, name)).toBe("Accept ownership of ledger, exactly as shown.");
    expect(sayAct({ kind: "verdict", verdict: "approve", version: null }, whole)).toBe(
      "Approve ledger in prod, exactly as shown.",
    );
    expect(sayAct({ kind: "verdict", verdict: "deny" }, name)).toBe("Deny ledger, exactly as shown.");
    expect(sayAct({ kind: "key" }, name)).toBe("Let the passkey ledger of  be used from now on.");
  });
});

test("a secret is poured and in no other way seen", () => {
  const given = { key: "k" };
  const secret = new Secret(given);
  given.key = "changed";
  expect(secret.pour((fields) => ({ ...fields }))).toEqual({ key: "k" });
  const ways = [() => secret.toString(), () => JSON.stringify({ secret }), () => `${secret}`, () => +secret];
  const words = ["become text", "become JSON", "become a primitive value", "become a primitive value"];
  for (const [at, way] of ways.entries()) expect(way).toThrow(`A secret cannot ${words[at]}.`);
  const inspect: unknown = Reflect.get(secret, Symbol.for("nodejs.util.inspect.custom"));
  expect(inspect).toThrow("A secret cannot be inspected.");
});
