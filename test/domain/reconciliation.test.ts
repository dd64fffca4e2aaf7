import { describe, expect, it } from "vitest";
import { goneCredentials, slotDiffers } from "#lib/domain/reconciliation.ts";

const inForce = [{ id: "key-2", vaultVersion: 2 }];
const whole = { destroyed: false, deleted: false };

describe("credentials in force", () => {
  it("are missed when they are gone from the target or inactive there, and not otherwise", () => {
    const said = ["The credential key-2 no longer works at its target."];
    expect(goneCredentials([{ id: "key-2", active: true }], inForce)).toEqual([]);
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
    expect(slotDiffers(slot, { custom, current: 3, versions }, inForce)).toMatch(/^kv\/a holds version 3, .* Rotate/);
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
      expect(slotDiffers(slot, shown, inForce)).toMatch(/^kv\/a no longer holds its secret/);
  });
  it("differs when somebody removed all of it and made it anew, also where the numbers are the same again", () => {
    for (const beside of [{}, { identity: "another" }])
      expect(slotDiffers(slot, { custom: beside, current: 2, versions: versions.slice(0, 2) }, inForce)).toMatch(
        /^kv\/a was made anew by somebody else\./,
      );
  });
  it("is nobody's to miss where nothing was stored", () => {
    expect(slotDiffers(slot, null, [])).toBeNull();
  });
});
