import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TargetFault } from "#lib/domain/fault.ts";
import { LostLease } from "#lib/facts/steps/lost-lease.ts";
import { guardedCalls } from "#lib/worker/calls.ts";
import { makeMark, verifyMark } from "#lib/worker/marks.ts";
import { pauseMs, reactionTo } from "#lib/worker/retrying.ts";

const leaseOf = (leftMs: number, renewed: number | null = null) => {
  let left = leftMs;
  return {
    leftMs: () => left,
    set: (ms: number) => {
      left = ms;
    },
    renew: async () => {
      if (renewed === null) throw new LostLease();
      left = renewed;
    },
  };
};
const guardOf = (lease: ReturnType<typeof leaseOf>, debits: boolean[] = []) =>
  guardedCalls({ step: "s", lease, debit: async () => debits.shift() ?? true, timeoutMs: 20_000, paid: false });

describe("a guarded call", () => {
  it("is bounded by the lease left when that cannot be prolonged any further", async () => {
    const calls = guardOf(leaseOf(5_000, 9_000));
    expect(await calls.make("x", async ({ timeoutMs }) => timeoutMs)).toBe(8_000);
  });
  it("is bounded by its own limit under a long lease", async () => {
    expect(await guardOf(leaseOf(60_000)).make("x", async ({ timeoutMs }) => timeoutMs)).toBe(20_000);
  });
  it("is not begun without a lease", async () => {
    let begun = false;
    await expect(
      guardOf(leaseOf(0)).make("x", async () => {
        begun = true;
      }),
    ).rejects.toBeInstanceOf(LostLease);
    expect(begun).toBe(false);
  });
  it("is not sent when the lease ended while it was signed", async () => {
    const lease = leaseOf(60_000);
    const sent: string[] = [];
    const call = guardOf(lease).make("x", async ({ aboutToSend }) => {
      lease.set(0);
      aboutToSend();
      sent.push("x");
    });
    await expect(call).rejects.toBeInstanceOf(LostLease);
    expect(sent).toEqual([]);
  });
  it("prolongs a lease in which it would not fit, and no other", async () => {
    let renewals = 0;
    const timed = (left: number) => {
      const lease = leaseOf(left, 60_000);
      const renew = () => {
        renewals += 1;
        return lease.renew();
      };
      return guardOf({ ...lease, renew }).make("x", async ({ timeoutMs }) => timeoutMs);
    };
    expect([await timed(21_000), renewals]).toEqual([20_000, 0]);
    expect([await timed(20_999), renewals]).toEqual([20_000, 1]);
    await expect(guardOf(leaseOf(500, 1_000)).make("x", async () => null)).rejects.toBeInstanceOf(LostLease);
  });
  it("is given up after its time, in words", async () => {
    const guard = { step: "s", lease: leaseOf(60_000), debit: async () => true, timeoutMs: 20, paid: true };
    const late = guardedCalls(guard).make(
      "x",
      ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    await expect(late).rejects.toMatchObject({ name: "TimeoutError", message: "The call took too long." });
  });
  it("pays for each call but the first, which the claim has paid for, and is heard by name", async () => {
    const heard: string[] = [];
    let paid = 0;
    const calls = guardedCalls({
      ...{ step: "s", lease: leaseOf(60_000), timeoutMs: 20_000, paid: true },
      debit: async () => {
        paid += 1;
        return true;
      },
      heard: (name) => void heard.push(name),
    });
    for (const name of ["a", "b", "c"]) await calls.make(name, async () => null);
    expect([heard, paid]).toEqual([["a", "b", "c"], 2]);
  });
  it("is not begun where its gate does not answer", async () => {
    const lost = new TargetFault("unavailable", "gate-unanswered", "No answer.");
    const guard = {
      step: "s",
      lease: leaseOf(60_000),
      debit: () => Promise.reject(lost),
      timeoutMs: 20_000,
      paid: false,
    };
    let begun = false;
    const call = guardedCalls(guard).make("x", async () => {
      begun = true;
    });
    await expect(call).rejects.toBe(lost);
    expect(begun).toBe(false);
  });
  it("waits for its gate", async () => {
    expect(await guardOf(leaseOf(60_000), [false, true]).make("x", async () => "made")).toBe("made");
  });
});

describe("an empty gate", () => {
  beforeEach(() => void vi.useFakeTimers({ fakeNodeBuiltins: true }));
  afterEach(() => void vi.useRealTimers());
  it("is asked ever more slowly, and after forty times the step is put off as if the target had throttled it", async () => {
    const begun = Date.now();
    const asked: number[] = [];
    const debit = async () => {
      asked.push(Date.now() - begun);
      return false;
    };
    const calls = guardedCalls({ step: "s", lease: leaseOf(60_000), debit, timeoutMs: 20_000, paid: false });
    const sentence = "This installation's own limit of calls is reached.";
    const refused = expect(calls.make("x", async () => null)).rejects.toMatchObject({
      ...{ kind: "throttled", code: "gate", sentence },
    });
    await vi.runAllTimersAsync();
    await refused;
    expect(asked.slice(0, 7)).toEqual([0, 100, 300, 600, 1_000, 1_500, 2_000]);
    expect(asked).toHaveLength(41);
  });
  it("leaves no timer behind a call that was answered", async () => {
    await guardOf(leaseOf(60_000)).make("x", async () => null);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a worker that is killed around a call", () => {
  afterEach(() => vi.unstubAllEnvs());
  const made = async (crash: string) => {
    const happened: string[] = [];
    const kill = vi.spyOn(process, "kill").mockImplementation(() => {
      happened.push("killed");
      return true;
    });
    vi.stubEnv("CHARTER_TEST", "1");
    vi.stubEnv("CHARTER_TEST_CRASH", crash);
    try {
      await guardOf(leaseOf(60_000)).make("x", async ({ aboutToSend }) => {
        aboutToSend();
        happened.push("sent");
      });
    } finally {
      kill.mockRestore();
    }
    return happened;
  };
  it.each([
    ["s:C1", ["killed", "sent"]],
    ["s/x:C1", ["killed", "sent"]],
    ["s:C2", ["sent", "killed"]],
    ["s/x:C2", ["sent", "killed"]],
    ["s/y:C1", ["sent"]],
  ])("at %s dies before it is sent, or after it was answered", async (crash, happened) =>
    expect(await made(crash)).toEqual(happened),
  );
});

describe("a mark", () => {
  const keys = [{ id: "m1", secret: Buffer.alloc(32, 1) }];
  const of = { target: "t", name: "n", intent: "i", planDigest: "d" };
  const mark = makeMark(keys, { installation: "here", ...of });
  it("is known again by its key, also after a newer one came", () => {
    expect(verifyMark(keys, mark, of)).toBe(true);
    expect(verifyMark([...keys, { id: "m2", secret: Buffer.alloc(32, 2) }], mark, of)).toBe(true);
  });
  it.each([
    ["another target", { ...of, target: "u" }, mark],
    ["another name", { ...of, name: "m" }, mark],
    ["another intent", { ...of, intent: "j" }, mark],
    ["another plan", { ...of, planDigest: "e" }, mark],
    ["another installation", of, { ...mark, installation: "there" }],
    ["an unknown key", of, { ...mark, key: "m9" }],
    ["a cut proof", of, { ...mark, hmac: mark.hmac.slice(0, -2) }],
  ])("is not accepted for %s", (_, what, given) => expect(verifyMark(keys, given, what)).toBe(false));
});

describe("the pause before another try", () => {
  it.each([
    [0, 1, 0, 1_000],
    [3, 0.5, 0, 4_000],
    [9, 1, 0, 512_000],
    [10, 1, 0, 900_000],
    [500, 1, 0, 900_000],
    [2, 0, 0, 0],
    [0, 0, 7_000, 7_000],
  ])("after %i tries, drawn %f, at least %i ms, is %i ms", (attempts, random, atLeastMs, expected) =>
    expect(pauseMs(attempts, { random, atLeastMs })).toBe(expected),
  );
});

describe("what a fault leads to", () => {
  const fault = (kind: ConstructorParameters<typeof TargetFault>[0]) => new TargetFault(kind, "C", "S.");
  it("is taking back only for what can never work, without power", () => {
    expect(reactionTo(fault("invalid"), { powerless: true, object: "o" }).do).toBe("fail");
    expect(reactionTo(fault("invalid"), { powerless: false, object: "o" })).toMatchObject({
      do: "again",
      stuckNow: true,
    });
    expect(reactionTo(fault("denied"), { powerless: true, object: "o" })).toMatchObject({
      do: "again",
      stuckNow: true,
    });
    expect(reactionTo(fault("throttled"), { powerless: true, object: "o" })).toMatchObject({
      do: "again",
      stuckNow: false,
    });
  });
  it("is ambiguous when the target did not answer or nobody knows", () => {
    expect(reactionTo(fault("ambiguous"), { powerless: true, object: "o" })).toMatchObject({ ambiguous: true });
    expect(reactionTo(new TypeError("x"), { powerless: true, object: "o" })).toMatchObject({ ambiguous: true });
    expect(reactionTo(fault("unavailable"), { powerless: true, object: "o" })).toMatchObject({ ambiguous: false });
  });
});
