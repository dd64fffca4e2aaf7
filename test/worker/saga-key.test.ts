import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { LostLease } from "#lib/facts/steps/lost-lease.ts";
import { issue } from "#lib/worker/credential.ts";
import { ServerChosenRun, serverFacts } from "#lib/worker/credential-server-chosen.ts";
import { Frozen, PutOff } from "#lib/worker/credential-storing.ts";
import {
  answerLost,
  Crash,
  expectKeyAgreed as expectAgreed,
  keyFacts as facts,
  fails,
  fault,
  type Instead,
  type KeyWorld,
  keyWorld,
  lose,
  mishaps,
  pouredOf,
  startedKey as start,
  storedKey as stored,
} from "./credential-world.ts";

describe("a key's way into the vault", () => {
  const straight = ["prepare", "commit clearing", "list", "commit minting", "mint", "commit minted", "probe key-1"];
  it("is listed, minted, named in a commit, tried, written, and listed once more", async () => {
    const w = keyWorld();
    const run = new ServerChosenRun(w.issuing, w.credential);
    const issued = await run.issue();
    expect(w.log).toEqual([...straight, "put 0", "commit vaulted", "list", "commit done"]);
    expect(issued).toEqual({
      facts: {},
      evidence: "Key key-1 is the only one; version 1 in the vault is its secret.",
      stored: { externalId: "key-1", version: 1 },
    });
    expect(run.secret).toBeNull();
    expectAgreed(w);
  });

  it("stands beside those of earlier intents, and gets its version once it was tried", async () => {
    const w = keyWorld({ facts: { keys: ["old", 7, "older", null] } });
    for (const id of ["old", "older"]) w.add(id);
    w.vault.custom = { identity: "i" };
    w.vault.fill("older");
    expect((await issue(w.issuing)).evidence).toBe(
      "Key key-1 stands beside old, older; version 2 in the vault is its secret.",
    );
    expect(w.log.slice(5, 9)).toEqual(["commit minted", "probe key-1", "commit minted", "put 1"]);
    expect(facts(w).keep).toEqual(["old", "older"]);
    expectAgreed(w);
  });

  it("keeps nothing of what is no list of keys", async () => {
    const w = keyWorld({ facts: { keys: "old" } });
    await issue(w.issuing);
    expect(facts(w).keep).toEqual([]);
  });

  it.each<[string, Instead, readonly string[]]>([
    ["did not come", fails("ambiguous"), ["put 0", "read", "commit minted", "put 0"]],
    ["was lost", answerLost, ["put 0", "read", "commit minted", "put 1"]],
    ["was that somebody else wrote", fails("conflict"), ["put 0", "read", "commit minted", "put 0"]],
  ])("is gone again, from a commit on, after a write whose answer %s", async (_, instead, written) => {
    const w = keyWorld();
    w.wire.once("put", instead);
    await issue(w.issuing);
    expect(w.log).toEqual([...straight, ...written, "commit vaulted", "list", "commit done"]);
    expect(w.minted).toEqual(["key-1"]);
    expectAgreed(w);
  });

  it("is told again without a call once it was gone", async () => {
    const w = start([], stored("key-9", { version: 4 }));
    expect((await issue(w.issuing)).stored).toEqual({ externalId: "key-9", version: 4 });
    expect(w.log).toEqual([]);
  });

  it("has an end that names a key and a version, or none", async () => {
    const none = start([], { phase: "done", version: 1 });
    await expect(issue(none.issuing)).rejects.toThrow("An issued key has an id and a version.");
    const unstored = start([], { phase: "done", key: "k" });
    await expect(issue(unstored.issuing)).rejects.toThrow("An issued key has an id and a version.");
    expect(() => new ServerChosenRun(none.issuing, none.credential).held()).toThrow(
      "A secret is written only while it is held.",
    );
  });

  it.each([[{}], [{ credential: null }], [{ credential: [] }], [{ credential: { pairs: "none" } }]])(
    "begins anew where what was committed is none of this protocol's: %j",
    (committed) => expect(serverFacts(committed)).toBeNull(),
  );
});

describe("a key that the next worker finds", () => {
  const minted = stored("key-0", { phase: "minted", version: null });
  const with0 = (w: KeyWorld) => {
    w.add("key-0");
    w.vault.custom = { identity: "i" };
    return w;
  };

  it("named and stored is adopted", async () => {
    const w = with0(start([], minted));
    w.vault.fill(pouredOf("key-0"));
    await issue(w.issuing);
    expect(w.log).toEqual(["read", "commit vaulted", "list", "commit done"]);
    expectAgreed(w);
  });

  it("named and not stored is deleted, and another made", async () => {
    const w = with0(start([], minted));
    await issue(w.issuing);
    expect(w.log.slice(0, 6)).toEqual([
      ...["read", "commit discarding", "deactivate key-0", "remove key-0", "commit discarding", "commit new"],
    ]);
    expect(facts(w).gone).toEqual(["key-0"]);
    expectAgreed(w);
  });

  it.each(["not-found", "ambiguous"] as const)(
    "is deleted though its deactivation was answered by %s",
    async (kind) => {
      const w = with0(start([], minted));
      w.wire.once("deactivate", fails(kind));
      await issue(w.issuing);
      expectAgreed(w);
    },
  );

  it.each(["deactivate", "remove"])("stays doomed where the target refuses to %s it", async (name) => {
    const w = with0(start([], minted));
    w.wire.once(name, fails("denied"));
    await expect(issue(w.issuing)).rejects.toMatchObject({ kind: "denied" });
    expect([facts(w).doomed, facts(w).gone]).toEqual([["key-0"], []]);
    await issue(w.issuing);
    expectAgreed(w);
  });

  it.each<[string, Instead, readonly string[]]>([
    ["not found, though the next list shows it", () => "absent", ["key-0"]],
    ["not answered", answerLost, []],
  ])("is looked for until the window has passed where its removal is %s", async (_, instead, gone) => {
    const w = with0(start([], minted, 60_000));
    w.wire.once("remove", instead);
    await expect(issue(w.issuing)).rejects.toMatchObject({ name: "PutOff", forMs: 3_000 });
    expect(facts(w)).toMatchObject({ doomed: [], gone, quietAt: 1_060_000 });
  });

  it("begun may still come: nothing is minted before its window has passed", async () => {
    const w = start([], { phase: "minting", attempt: 1 }, 60_000);
    await expect(issue(w.issuing)).rejects.toBeInstanceOf(PutOff);
    expect(facts(w)).toMatchObject({ phase: "clearing", quietAt: 1_060_000 });
    w.clock.now = 1_060_000;
    w.add("late");
    await issue(w.issuing);
    expect(facts(w)).toMatchObject({ gone: ["late"], used: [], attempt: 2 });
    expectAgreed(w);
  });
});

test("a row that speaks of a key and names none is left as it is", async () => {
  const w = start([], { phase: "minted" });
  await expect(issue(w.issuing)).rejects.toBeInstanceOf(LostLease);
  expect([w.log, w.row.commits]).toEqual([["read"], []]);
});

describe("a mint", () => {
  it("without an answer is waited for from the end of the lease that signed it", async () => {
    const w = keyWorld({ mintWindowMs: 60_000 });
    w.clock.leaseEndsAt = 1_030_000;
    w.wire.once("mint", answerLost);
    const run = new ServerChosenRun(w.issuing, w.credential);
    await expect(run.issue()).rejects.toMatchObject({ name: "PutOff", forMs: 3_000 });
    expect(facts(w)).toMatchObject({ phase: "clearing", quietAt: 1_090_000, gone: ["key-1"] });
    expect(run.secret).toBeNull();
  });

  it("that is refused is told once its end is committed, and once", async () => {
    const w = keyWorld({ mintWindowMs: 60_000 });
    w.wire.once("mint", fails("quota"));
    const run = new ServerChosenRun(w.issuing, w.credential);
    await expect(run.issue()).rejects.toMatchObject({ kind: "quota" });
    expect(w.log.slice(-2)).toEqual(["mint", "commit new"]);
    await run.issue();
    expectAgreed(w);
  });

  it("of which nothing can be said is neither waited for nor taken as refused", async () => {
    const w = keyWorld();
    w.wire.once("mint", () => {
      throw new Crash();
    });
    await expect(issue(w.issuing)).rejects.toBeInstanceOf(Crash);
    expect(w.log.at(-1)).toBe("mint");
    expect(facts(w).phase).toBe("minting");
  });

  it("whose key no row names is taken back without a lease, by the worker that lost the step", async () => {
    const w = keyWorld();
    w.wire.once("mint", async (run) => {
      w.wire.once("commit", lose);
      return await run();
    });
    await expect(issue(w.issuing)).rejects.toBeInstanceOf(LostLease);
    expect(w.log.slice(-2)).toEqual(["commit minted", "remove key-1"]);
    expect(w.removedWith).toEqual([w.issuing.lastCalls]);
    expect(w.keys.size).toBe(0);
  });

  it("is left alone by a worker that lost the step before or after, or whose commit was made or failed otherwise", async () => {
    const before = keyWorld();
    before.wire.once("commit", lose);
    await expect(issue(before.issuing)).rejects.toBeInstanceOf(LostLease);
    expect(before.log).toEqual(["prepare", "commit clearing"]);
    const after = keyWorld();
    after.wire.once("put", async (run) => {
      after.wire.once("commit", lose);
      return await run();
    });
    await expect(issue(after.issuing)).rejects.toBeInstanceOf(LostLease);
    expect(after.log.at(-1)).toBe("commit vaulted");
    const committed = keyWorld();
    committed.wire.once("mint", async (run) => {
      committed.wire.once("commit", async (commit) => {
        await commit();
        throw new LostLease();
      });
      return await run();
    });
    await expect(issue(committed.issuing)).rejects.toBeInstanceOf(LostLease);
    expect(committed.log.at(-1)).toBe("commit minted");
    const failed = keyWorld();
    failed.wire.once("mint", async (run) => {
      failed.wire.once("commit", () => {
        throw new Crash();
      });
      return await run();
    });
    await expect(issue(failed.issuing)).rejects.toBeInstanceOf(Crash);
    expect(failed.log.at(-1)).toBe("commit minted");
    for (const w of [after, committed, failed]) expect([...w.keys.keys()]).toEqual(["key-1"]);
  });
});

describe("a key in hand", () => {
  beforeEach(() => void vi.useFakeTimers({ fakeNodeBuiltins: true }));
  afterEach(() => void vi.useRealTimers());
  /** The database's clock goes with the timers. */
  const ticking = (w: KeyWorld) => {
    const began = Date.now();
    return { ...w.issuing, now: () => 1_000_000 + Date.now() - began };
  };

  it.each<[string, Instead]>([
    ["does not work yet", () => false],
    ["gave no answer", fails("ambiguous")],
  ])("is tried again each second while it %s, and kept meanwhile", async (_, instead) => {
    const w = keyWorld({ mintWindowMs: 60_000 });
    for (let count = 0; count < 3; count += 1) w.wire.once("probe", instead);
    const issuing = issue(ticking(w));
    await vi.advanceTimersByTimeAsync(2_999);
    expect(w.log.filter((said) => said === "probe key-1")).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1);
    await issuing;
    expectAgreed(w);
  });

  it("that does not work by the end of the window is deleted, and another made", async () => {
    const w = keyWorld({ mintWindowMs: 2_500 });
    for (let count = 0; count < 4; count += 1) w.wire.once("probe", () => false);
    const issuing = issue(ticking(w));
    await vi.advanceTimersByTimeAsync(2_499);
    expect(w.log.at(-1)).toBe("probe key-1");
    await vi.advanceTimersByTimeAsync(1);
    await issuing;
    expect(w.minted).toEqual(["key-1", "key-2"]);
    expectAgreed(w);
  });

  it("is given up where the target says why it cannot be tried", async () => {
    const w = keyWorld();
    w.wire.once("probe", fails("denied"));
    await expect(issue(w.issuing)).rejects.toMatchObject({ kind: "denied" });
    expect(facts(w).phase).toBe("minted");
  });

  it.each(["probe", "put"])("outlasts a busy %s", async (name) => {
    const w = keyWorld();
    for (let count = 0; count < 5; count += 1) w.wire.once(name, fails("throttled"));
    const issuing = issue(w.issuing);
    await vi.advanceTimersByTimeAsync(6_200);
    await issuing;
    expect(w.minted).toEqual(["key-1"]);
    expectAgreed(w);
  });

  it("outlasts a vault that cannot be read after a write without an answer", async () => {
    const w = keyWorld();
    w.wire.once("put", answerLost);
    w.wire.once("read", fails("unavailable"));
    const issuing = issue(w.issuing);
    await vi.advanceTimersByTimeAsync(200);
    await issuing;
    expect(w.minted).toEqual(["key-1"]);
    expectAgreed(w);
  });

  it("is no reason to wait for a busy target before there is one", async () => {
    const w = keyWorld();
    w.wire.once("list", fails("throttled"));
    await expect(issue(w.issuing)).rejects.toMatchObject({ kind: "throttled" });
  });
});

describe("a pause without a secret", () => {
  it.each([
    [10_000, 1_000],
    [20_000, 1_000],
    [20_020, 1_001],
    [1_200_000, 60_000],
  ])("with a window of %i ms is a twentieth of it and at least a second: %i ms", (mintWindowMs, repeatMs) => {
    const { issuing, credential } = keyWorld({ mintWindowMs });
    const run = new ServerChosenRun(issuing, credential);
    expect(run.timing()).toEqual({ mintWindowMs, repeatMs });
  });

  it("freezes what was used by nobody known, once its keys are deleted", async () => {
    const w = keyWorld();
    w.add("stray", { everUsed: true });
    const frozen = await issue(w.issuing).catch((error: unknown) => error);
    expect(frozen).toBeInstanceOf(Frozen);
    expect(frozen).toMatchObject({ name: "Frozen", keys: ["stray"], message: "unrecorded credentials were used" });
    expect([w.keys.size, w.minted]).toEqual([0, []]);
  });
});

describe("whatever call fails, and however", () => {
  beforeEach(() => void vi.useFakeTimers({ fakeNodeBuiltins: true }));
  afterEach(() => void vi.useRealTimers());
  async function toTheEnd(w: KeyWorld): Promise<unknown> {
    for (let runs = 1; runs < 30; runs += 1) {
      try {
        let isOver = false;
        const issuing = issue(w.issuing).finally(() => {
          isOver = true;
        });
        issuing.catch(() => {});
        for (let seconds = 0; seconds < 300 && !isOver; seconds += 1) await vi.advanceTimersByTimeAsync(1_000);
        return await issuing;
      } catch (error) {
        if (error instanceof PutOff) w.clock.now += error.forMs;
        else if (!(error instanceof Crash) && (error as { kind?: string }).kind !== "ambiguous") throw error;
      }
    }
    throw new Error("It does not come to an end.");
  }

  it.each(mishaps)("one key is left and its secret is the current version, after %s", async (_, instead) => {
    for (let index = 0; ; index += 1) {
      const w = keyWorld({ mintWindowMs: 60_000 });
      const late: (() => Promise<unknown>)[] = [];
      w.wire.at(index, instead(late));
      await toTheEnd(w);
      if (w.log.length <= index) return;
      if (w.log[index]?.startsWith("put")) for (const run of late) await run().catch(() => {});
      expectAgreed(w);
    }
  });

  test("a mint that is executed while its window lasts is found and deleted", async () => {
    const w = keyWorld({ mintWindowMs: 60_000 });
    const late: (() => Promise<unknown>)[] = [];
    w.wire.once("mint", (run) => {
      late.push(run);
      throw fault("ambiguous");
    });
    await expect(issue(w.issuing)).rejects.toBeInstanceOf(PutOff);
    for (const run of late) await run();
    w.clock.now += 60_000;
    await issue(w.issuing);
    expect(w.minted).toEqual(["key-1", "key-2"]);
    expect(facts(w).gone).toEqual(["key-1"]);
    expectAgreed(w);
  });
});
