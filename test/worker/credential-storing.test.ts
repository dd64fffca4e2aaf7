import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { Squatter } from "#lib/connectors/connector.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { Secret } from "#lib/domain/secret.ts";
import { destroyBelow, removeSlot, unissue } from "#lib/worker/credential.ts";
import { hasIssued, isObject, PutOff, Storing } from "#lib/worker/credential-storing.ts";
import { Crash, fails, fault, passwordWorld } from "./credential-world.ts";

const worldOf = () => {
  const w = passwordWorld();
  return { ...w, storing: new Storing(w.issuing) };
};
/** Two versions of ours. */
const filled = () => {
  const w = worldOf();
  w.vault.custom = { identity: "i" };
  w.vault.fill("one", "two");
  return w;
};

describe("a slot", () => {
  it("that is another's is refused by its name; what else the vault says is told as it is", async () => {
    const w = worldOf();
    w.vault.custom = { identity: "another" };
    const refused = await w.storing.prepare().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Squatter);
    expect(String(refused)).toContain("kv/p");
    expect(String(refused)).toContain("this storage slot holds something that is not this identity's");
    for (const error of [fault("denied"), new Crash()]) {
      w.wire.once("prepare", () => {
        throw error;
      });
      await expect(w.storing.prepare()).rejects.toBe(error);
    }
  });

  type Edit = (w: ReturnType<typeof filled>) => unknown;
  it.each<[string, number | null, boolean, Edit]>([
    ["whose current version is the recorded one", 2, true, () => {}],
    ["whose recorded version is no more the current one", 1, false, () => {}],
    ["whose recorded version is yet to come", 3, false, () => {}],
    ["of which none is recorded", null, false, () => {}],
    ["that was never made", 2, false, ({ vault }) => Object.assign(vault, { custom: null })],
    ["that is another's", 2, false, ({ vault }) => Object.assign(vault, { custom: { identity: "another" } })],
    ["that nobody marked", 2, false, ({ vault }) => Object.assign(vault, { custom: {} })],
    [
      "whose version was destroyed",
      2,
      false,
      ({ vault }) => Object.assign(vault.versions[1] ?? {}, { destroyed: true }),
    ],
    ["whose version was deleted", 2, false, ({ vault }) => Object.assign(vault.versions[1] ?? {}, { deleted: true })],
    [
      "whose current version its list does not name",
      2,
      false,
      ({ vault, wire }) => wire.once("read", async () => ({ ...vault.state(), versions: [] })),
    ],
    [
      "whose older version was destroyed",
      2,
      true,
      ({ vault }) => Object.assign(vault.versions[0] ?? {}, { destroyed: true }),
    ],
  ])("%s: version %s is held: %s", async (_, version, isHeld, edit) => {
    const w = filled();
    edit(w);
    expect(await w.storing.holds(version)).toBe(isHeld);
  });

  it.each(["conflict", "ambiguous"] as const)("tells no version after a write that ended in %s", async (kind) => {
    const w = filled();
    w.wire.once("put", fails(kind));
    expect(await w.storing.put(new Secret({ value: "three" }), 2)).toBeNull();
    expect(await w.storing.put(new Secret({ value: "three" }), 2)).toBe(3);
  });

  it("tells what else a write came to as it is", async () => {
    const w = filled();
    for (const error of [fault("denied"), new Crash()]) {
      w.wire.once("put", () => {
        throw error;
      });
      await expect(w.storing.put(new Secret({}), 2)).rejects.toBe(error);
    }
  });
});

describe("patience", () => {
  beforeEach(() => void vi.useFakeTimers({ fakeNodeBuiltins: true }));
  afterEach(() => void vi.useRealTimers());
  /** When each try was made, ms since the first. */
  const triesOf = (error: Error, holding: boolean) => {
    const began = Date.now();
    const at: number[] = [];
    const asked = worldOf().storing.patiently(holding, async () => {
      at.push(Date.now() - began);
      throw error;
    });
    return { at, asked: expect(asked).rejects.toBe(error) };
  };

  it.each(["throttled", "unavailable"] as const)("with what is %s doubles five times, then ends", async (kind) => {
    const { at, asked } = triesOf(fault(kind), true);
    await vi.runAllTimersAsync();
    await asked;
    expect(at).toEqual([0, 200, 600, 1_400, 3_000, 6_200]);
  });

  it("waits as long as it is asked to, and no shorter than its own", async () => {
    const slow = new TargetFault("throttled", "slow-down", { sentence: "Slow down.", retryAfterMs: 900 });
    const { at, asked } = triesOf(slow, true);
    await vi.runAllTimersAsync();
    await asked;
    expect(at).toEqual([0, 900, 1_800, 2_700, 4_300, 7_500]);
  });

  it.each<[string, Error, boolean]>([
    ["without a secret in hand", fault("throttled"), false],
    ["with a refusal", fault("denied"), true],
    ["with an answer that was lost", fault("ambiguous"), true],
    ["with a fault that has no kind", new Crash(), true],
  ])("is none %s", async (_, error, holding) => {
    const { at, asked } = triesOf(error, holding);
    await asked;
    expect(at).toEqual([0]);
  });

  /** How long a pause slept, ms. */
  const slept = async (until: number, holding: boolean) => {
    const { storing, clock } = worldOf();
    const began = Date.now();
    const pause = storing.pause(clock.now + until, holding).then(() => Date.now() - began);
    pause.catch(() => {});
    await vi.runAllTimersAsync();
    return pause;
  };
  it("is slept through up to two seconds, and however long with a secret in hand", async () => {
    expect(await slept(2_000, false)).toBe(2_000);
    expect(await slept(60_000, true)).toBe(60_000);
    expect(await slept(-5_000, false)).toBeLessThanOrEqual(1);
  });
  it("is put off beyond two seconds without one, for exactly what is left", async () => {
    const putOff = await slept(2_001, false).catch((error: unknown) => error);
    expect(putOff).toBeInstanceOf(PutOff);
    expect(putOff).toMatchObject({ name: "PutOff", forMs: 2_001, message: "waits for a window" });
  });
});

describe("what is taken out of a slot", () => {
  it("is all of it, where it is ours; nothing, where it is another's or was never made", async () => {
    const [ours, anothers, none] = [filled(), filled(), worldOf()];
    anothers.vault.custom = { identity: "another" };
    await removeSlot(ours.issuing);
    expect(ours.log).toEqual(["read", "forget"]);
    await expect(removeSlot(anothers.issuing)).rejects.toBeInstanceOf(Squatter);
    await unissue(anothers.issuing);
    await removeSlot(none.issuing);
    await unissue(none.issuing);
    for (const w of [anothers, none]) expect(w.log).toEqual(["read", "read"]);
    expect(anothers.vault.secrets).toEqual(["one", "two"]);
  });

  it("is every version below the recorded one that can still be read", async () => {
    const w = filled();
    w.vault.fill("three", "four");
    Object.assign(w.vault.versions[0] ?? {}, { destroyed: true });
    expect(await destroyBelow(w.issuing, 3)).toEqual([2]);
    expect(w.vault.versions.map(({ destroyed }) => destroyed)).toEqual([true, true, false, false]);
    w.log.length = 0;
    expect(await destroyBelow(w.issuing, 3)).toEqual([]);
    expect(w.log).toEqual(["read"]);
  });

  it("is no version where the vault refuses, or the slot is gone or another's", async () => {
    const [gone, anothers] = [worldOf(), filled()];
    anothers.vault.custom = { identity: "another" };
    for (const w of [gone, anothers]) {
      expect(await destroyBelow(w.issuing, 2)).toBeNull();
      expect(w.log).toEqual(["read"]);
    }
    for (const kind of ["denied", "not-found"] as const) {
      const w = filled();
      w.wire.once("destroy", fails(kind));
      expect(await destroyBelow(w.issuing, 2)).toBeNull();
    }
  });

  it("is tried again later where the vault did not answer", async () => {
    const w = filled();
    for (const error of [fault("unavailable"), fault("ambiguous"), new Crash()]) {
      w.wire.once("destroy", () => {
        throw error;
      });
      await expect(destroyBelow(w.issuing, 2)).rejects.toBe(error);
    }
  });
});

test.each([
  [{}, true],
  [{ phase: "new" }, true],
  [null, false],
  [[], false],
  ["text", false],
  [7, false],
  [undefined, false],
])("of %j it is said that it holds facts: %s", (value, holds) => {
  expect(isObject(value)).toBe(holds);
  expect(hasIssued({ credential: value as never })).toBe(holds);
});
