import { describe, expect, it } from "vitest";
import { Squatter } from "#lib/connectors/connector.ts";
import { LostLease } from "#lib/facts/steps/lost-lease.ts";
import { issue, recheck, unissue } from "#lib/worker/credential.ts";
import { ServerChosenRun } from "#lib/worker/credential-server-chosen.ts";
import { PutOff } from "#lib/worker/credential-storing.ts";
import {
  Crash,
  expectKeyAgreed as expectAgreed,
  keyFacts as facts,
  fails,
  fault,
  type Instead,
  type KeyWorld,
  keyWorld,
  lose,
  pouredOf,
  startedKey as start,
  storedKey as stored,
} from "./credential-world.ts";

/** A step of its own that gives power, after one that issued. */
async function afterIssue(w: KeyWorld) {
  await issue(w.issuing);
  w.log.length = 0;
  const before = w.row.facts;
  return { ...w.issuing, committed: async () => (w.row.facts === before ? {} : w.row.facts) };
}

describe("before power is given", () => {
  it("the vault is looked into, then the keys are listed, and no more where all is as recorded", async () => {
    const w = keyWorld();
    expect(await recheck(await afterIssue(w))).toBeNull();
    expect(w.log).toEqual(["read", "list"]);
  });

  it("a key whose secret the vault no longer shows is deleted without a list, and another made", async () => {
    const w = keyWorld();
    const step = await afterIssue(w);
    w.vault.fill("a stranger's");
    const again = await recheck(step);
    expect(w.log.slice(0, 4)).toEqual(["read", "commit discarding", "deactivate key-1", "remove key-1"]);
    expect(again).toEqual({
      facts: { credential: facts(w) },
      evidence: "Key key-2 is the only one; version 3 in the vault is its secret.",
      stored: { externalId: "key-2", version: 3 },
      ended: [{ externalId: "key-1", state: "removed" }],
    });
    expectAgreed(w);
  });

  it("one that was interrupted in making it anew goes on where it was", async () => {
    const w = keyWorld();
    const step = await afterIssue(w);
    w.keys.clear();
    w.wire.once("mint", () => {
      throw new Crash();
    });
    await expect(recheck(step)).rejects.toBeInstanceOf(Crash);
    w.log.length = 0;
    await recheck(step);
    expect(w.log.slice(0, 2)).toEqual(["commit new", "prepare"]);
    expectAgreed(w);
  });

  it("a key that somebody added is deleted first, and the recorded one told again", async () => {
    const w = keyWorld();
    const step = await afterIssue(w);
    w.add("stray");
    expect(await recheck(step)).toMatchObject({ stored: { externalId: "key-1", version: 1 }, ended: [] });
    expectAgreed(w);
  });

  it("a recorded key that somebody deleted is made anew, and both are told by whoever tells the last", async () => {
    const w = keyWorld();
    const step = await afterIssue(w);
    w.keys.clear();
    w.wire.once("put", () => {
      throw new LostLease();
    });
    await expect(recheck(step)).rejects.toBeInstanceOf(LostLease);
    const again = await recheck(step);
    expect(again?.stored).toEqual({ externalId: "key-3", version: 2 });
    expect(again?.ended?.map(({ externalId }) => externalId)).toEqual(["key-1", "key-2"]);
    expectAgreed(w);
    w.log.length = 0;
    expect(await recheck(step)).toEqual(again);
    expect(w.log).toEqual(["read", "list"]);
  });

  it("a slot that somebody removed and filled under the same number is not taken for ours", async () => {
    const w = keyWorld();
    const step = await afterIssue(w);
    Object.assign(w.vault, {
      custom: { identity: "another" },
      versions: [{ ...w.vault.versions[0], secret: "theirs" }],
    });
    await expect(recheck(step)).rejects.toBeInstanceOf(Squatter);
    expect(w.vault.secrets).toEqual(["theirs"]);
  });

  it("tells each key that came before the one it ends with, once", () => {
    const pairs = ["a", "a", "mine", "b"].map((key, version) => ({ version, key }));
    const { issuing, credential } = start([], stored("mine", { pairs }));
    expect(new ServerChosenRun(issuing, credential).replaced()).toEqual(["a", "b"]);
  });
});

describe("taking a key back", () => {
  it.each(["new", "minting", "minted", "vaulted", "done"] as const)(
    "deletes every key of the intent and the slot where it is %s, and none that is kept",
    async (phase) => {
      const w = start(["old"], { phase, key: phase === "new" ? null : "mine" });
      for (const id of ["old", "mine", "late"]) w.add(id);
      w.vault.custom = { identity: "i" };
      for (const _ of ["once", "again"]) {
        await unissue(w.issuing);
        expect([[...w.keys.keys()], w.vault.custom]).toEqual([["old"], null]);
      }
    },
  );

  it("deletes it before its slot, waits for a mint that was begun, and says so no more once it is done", async () => {
    const w = start([], stored("key-0"), 60_000);
    w.add("key-0");
    w.vault.custom = { identity: "i" };
    w.vault.fill(pouredOf("key-0"));
    await unissue(w.issuing);
    expect(w.log).toEqual([
      ...["commit unmaking", "deactivate key-0", "remove key-0", "commit unmaking", "list", "commit unmade"],
      ...["read", "forget"],
    ]);
    w.log.length = 0;
    await unissue(w.issuing);
    expect(w.log).toEqual(["read"]);
    const begun = start([], { phase: "minting" }, 60_000);
    await expect(unissue(begun.issuing)).rejects.toBeInstanceOf(PutOff);
    expect(facts(begun)).toMatchObject({ phase: "unmaking", quietAt: 1_060_000 });
  });

  it.each([
    ["is gone", fault("not-found")],
    ["is somebody else's now", new Squatter("n", "it carries no mark of ours")],
  ])("finds no keys where what held them %s, while nothing is ever made there", async (_, error) => {
    const gone: Instead = () => {
      throw error;
    };
    const w = start([], stored("key-0", { doomed: [] }));
    w.wire.once("list", gone);
    await unissue(w.issuing);
    expect(facts(w).phase).toBe("unmade");
    const making = keyWorld();
    making.wire.once("list", gone);
    await expect(issue(making.issuing)).rejects.toBe(error);
  });

  it("is put off where the keys cannot be listed for another reason", async () => {
    const w = start([], stored("key-0"));
    for (const instead of [fails("denied"), lose]) {
      w.wire.once("list", instead);
      await expect(unissue(w.issuing)).rejects.not.toBeInstanceOf(Squatter);
      expect(facts(w).phase).toBe("unmaking");
    }
  });
});
