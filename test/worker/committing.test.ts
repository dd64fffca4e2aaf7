import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Db } from "#db/client.ts";
import { CommittedBefore, LostLease } from "#lib/facts/steps/lost-lease.ts";
import { send } from "#lib/facts/steps/send.ts";
import { commit, unanswered } from "#lib/worker/claiming.ts";

const coded = (code: unknown, message = "x") => Object.assign(new Error(message), { code });
const lost = coded("CONNECTION_CLOSED");

describe("a commit", () => {
  beforeEach(() => void vi.useFakeTimers({ fakeNodeBuiltins: true }));
  afterEach(() => void vi.useRealTimers());

  /** How a commit ends whose transactions end like this, the last one for ever, and when each was begun. */
  async function committed(...ends: readonly unknown[]) {
    const begun = Date.now();
    const at: number[] = [];
    const transaction = async () => {
      at.push(Date.now() - begun);
      const end = ends[Math.min(at.length, ends.length) - 1];
      if (end instanceof Error) throw end;
      return end;
    };
    const db = { transaction } as unknown as Db;
    const ended = commit({ db, step: "s", newId: () => "id" }, send, { step: "s", fence: 1 }).then(
      () => "done",
      (error: unknown) => error,
    );
    await vi.runAllTimersAsync();
    return { ended: await ended, at };
  }

  it("is made once when it is answered, or was made before", async () => {
    for (const end of [{ ok: null }, new CommittedBefore()])
      expect(await committed(end)).toEqual({ ended: "done", at: [0] });
  });
  it("whose answer is lost is repeated, ever more slowly, until it is known", async () => {
    expect(await committed(lost, lost, { ok: null })).toEqual({ ended: "done", at: [0, 50, 150] });
    expect(await committed(lost, new CommittedBefore())).toEqual({ ended: "done", at: [0, 50] });
  });
  it("is given up after two minutes without an answer", async () => {
    const { ended, at } = await committed(lost);
    expect(ended).toBe(lost);
    expect(at.slice(0, 9)).toEqual([0, 50, 150, 350, 750, 1_550, 3_150, 5_150, 7_150]);
    expect([at.length, at.at(-1)]).toEqual([61, 111_150]);
  });
  it("is not repeated when it was answered with no", async () => {
    const conflict = coded("23505");
    for (const end of [new LostLease(), conflict]) expect(await committed(end)).toEqual({ ended: end, at: [0] });
    const refused = { refusals: [{ code: "conflict", sentence: "It runs." }] };
    expect(await committed(refused)).toEqual({ ended: new Error("It runs."), at: [0] });
  });
});

describe("no answer of the database", () => {
  it.each([
    ...["CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED", "CONNECT_TIMEOUT", "ECONNRESET"],
    ...["ECONNREFUSED", "EPIPE", "ETIMEDOUT", "08000", "08006", "57P01", "57P02", "57P03", "40001", "40P01"],
  ])("is %s, alone or as a cause", (code) => {
    expect(unanswered(coded(code))).toBe(true);
    expect(unanswered(new Error("outer", { cause: new Error("inner", { cause: coded(code) }) }))).toBe(true);
  });
  it.each([
    ...["23505", "57P04", "57P0", "0800", "080061", "x08006", "CONNECTION_", "xECONNRESET", "ECONNRESETx", ""],
    ...["x40P01", "40P011", 40001, undefined],
  ])("is not %j", (code) => expect(unanswered(coded(code))).toBe(false));
  it("is a connection that the driver says was terminated", () => {
    expect(unanswered(new Error("Connection terminated unexpectedly"))).toBe(true);
    expect(unanswered(new Error("x", { cause: new Error("Connection terminated") }))).toBe(true);
    expect(unanswered(new Error("The Connection terminated"))).toBe(false);
    for (const none of [null, "ECONNRESET", { code: "ECONNRESET" }]) expect(unanswered(none)).toBe(false);
  });
});
