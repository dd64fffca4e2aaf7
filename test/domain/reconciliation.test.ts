import { describe, expect, it } from "vitest";
import {
  compare,
  goneCredentials,
  type Recorded,
  type Seen,
  sayUnrecorded,
  slotDiffers,
  unrecordedCredentials,
  whyStray,
} from "#lib/domain/reconciliation.ts";

const inForce = [{ id: "key-2", vaultVersion: 2 }];
const whole = { destroyed: false, deleted: false };

describe("what a sweep finds is said", () => {
  const objectName = "acme-x";
  const ours = { state: "ours", enabled: true, differences: [] } as const;
  const off = { ...ours, enabled: false } as const;
  const differs = { ...ours, differences: ["its trust a.b was changed", "Its path?", "Its tags!"] } as const;
  const changed = ["Its trust a.b was changed.", "Its path?", "Its tags!"];
  it.each<[Seen, Recorded["state"], string, readonly string[]]>([
    [{ state: "absent" }, "live", "missing", ["acme-x is gone from its target."]],
    [
      { state: "not-ours", why: "its id differs." },
      ...(["live", "squatter", ["acme-x is now something that is not ours: its id differs."]] as const),
    ],
    [off, "live", "drifted", ["acme-x is disabled at its target."]],
    [ours, "suspended", "drifted", ["acme-x is enabled although it is suspended."]],
    [ours, "retiring", "drifted", ["acme-x is enabled although it is being retired."]],
    [ours, "provisioning", "drifted", []],
    [differs, "live", "drifted", changed],
    [{ ...differs, enabled: false }, "suspended", "drifted", changed],
    [{ ...differs, enabled: false }, "retiring", "drifted", []],
  ])("%j of one that is %s", (seen, state, kind, differences) => {
    expect(compare(seen, { objectName, state })).toEqual({ kind, differences });
  });
  it("of an object without an identity", () => {
    expect(whyStray({ name: "x", proved: true, failed: false })).toBeNull();
    expect(whyStray({ name: "x", proved: true, failed: true })).toEqual({
      ...{ kind: "orphan", sentence: "x is left from a request that failed. Remove it at the target." },
    });
    const unregistered = {
      kind: "unregistered",
      sentence:
        "x claims to be made by this portal, and no record says so. It has been left as it is: look who made it, and disable it at the target if nobody can say.",
    };
    for (const failed of [true, false]) expect(whyStray({ name: "x", proved: false, failed })).toEqual(unregistered);
  });
  it("of a credential that nobody recorded", () => {
    const listed = [
      { id: "a", active: true },
      { id: "b", active: false },
    ];
    expect(unrecordedCredentials(listed, [])).toEqual([{ id: "a", active: true }]);
    expect([unrecordedCredentials(listed, ["a"]), unrecordedCredentials(listed, null)]).toEqual([[], []]);
    expect(sayUnrecorded({ id: "a" })).toBe("The credential a works and was not made by this portal.");
  });
});

describe("credentials in force", () => {
  it("are missed when they are gone from the target or inactive there, and not otherwise", () => {
    const said = ["The credential key-2 no longer works at its target."];
    expect(goneCredentials([{ id: "key-2", active: true }], inForce)).toEqual([]);
    const both = ["key-1", "key-2"].map((id) => ({ id, active: true }));
    expect(goneCredentials(both, inForce)).toEqual([]);
    expect(goneCredentials([{ id: "key-2", active: false }], inForce)).toEqual(said);
    expect(goneCredentials([{ id: "key-1", active: true }], inForce)).toEqual(said);
  });
});

describe("the slot of a secret", () => {
  const versions = [1, 2, 3].map((version) => ({ version, ...whole }));
  const slot = { place: "kv/a", identity: "ours" };
  const custom = { identity: "ours" };
  it("is as recorded while the version stored last is the current one", () => {
    expect(slotDiffers(slot, { custom, current: 2, versions: versions.slice(0, 2) }, inForce)).toBeNull();
    expect(
      slotDiffers(slot, { custom, current: 2, versions: versions.slice(0, 2) }, [
        { id: "key-1", vaultVersion: 1 },
        ...inForce,
      ]),
    ).toBeNull();
  });
  it("differs when somebody wrote over it, and the sentence says what to do", () => {
    expect(slotDiffers(slot, { custom, current: 3, versions }, inForce)).toBe(
      "kv/a holds version 3, which was not stored by this portal: version 2 was. Rotate to store a new one.",
    );
    expect(slotDiffers(slot, { custom, current: 1, versions }, inForce)).toMatch(/^kv\/a holds version 1, /);
  });
  it("differs when it, or the version, is gone", () => {
    const broken = [
      { version: 1, ...whole },
      { version: 2, destroyed: true, deleted: false },
    ];
    const deleted = [
      { version: 1, ...whole },
      { version: 2, destroyed: false, deleted: true },
    ];
    for (const shown of [
      null,
      { custom, current: 0, versions: [] },
      { custom, current: 2, versions: broken },
      { custom, current: 2, versions: deleted },
    ])
      expect(slotDiffers(slot, shown, inForce)).toBe(
        "kv/a no longer holds its secret: somebody removed it from the vault. Rotate to store a new one.",
      );
  });
  it("differs when somebody removed all of it and made it anew, also where the numbers are the same again", () => {
    for (const beside of [{}, { identity: "another" }])
      expect(slotDiffers(slot, { custom: beside, current: 2, versions: versions.slice(0, 2) }, inForce)).toBe(
        "kv/a was made anew by somebody else. Remove it from the vault, then rotate to store a new secret.",
      );
  });
  it("is nobody's to miss where nothing was stored", () => {
    expect(slotDiffers(slot, null, [])).toBeNull();
  });
});
