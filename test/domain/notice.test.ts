import { describe, expect, test } from "vitest";
import {
  dueFor,
  type Failing,
  isPromised,
  type NoticeKind,
  nextTry,
  noticeKinds,
  readChoice,
} from "#lib/domain/notice.ts";

describe("how a person wants to be told", () => {
  test("is read kind by kind, and never of what is promised", () => {
    expect(noticeKinds.filter(isPromised)).toEqual(["in-your-name", "taken-away"]);
    const kept = { approval: "daily", decision: "never", ending: "at-once" };
    expect(readChoice({ ...kept, stuck: "hourly", question: 1, other: "daily", "taken-away": "never" })).toStrictEqual(
      kept,
    );
    for (const none of [null, undefined, "daily", 5, []]) expect(readChoice(none)).toEqual({});
  });
  const at = (time: string) => new Date(`2026-11-22T${time}:00.000Z`);
  test.each<[NoticeKind, string, string | null]>([
    ["approval", "06:59", "2026-11-22T07:00:00.000Z"],
    ["approval", "07:00", "2026-11-23T07:00:00.000Z"],
    ["approval", "23:30", "2026-11-23T07:00:00.000Z"],
    ["decision", "09:30", null],
    ["ending", "09:30", "2026-11-22T09:30:00.000Z"],
    ["question", "09:30", "2026-11-22T09:30:00.000Z"],
    ["taken-away", "09:30", "2026-11-22T09:30:00.000Z"],
  ])("of %s at %s is told at %s", (kind, time, due) => {
    const choice = { approval: "daily", decision: "never", ending: "at-once", "taken-away": "never" } as const;
    expect(dueFor(kind, choice, at(time))?.toISOString() ?? null).toBe(due);
  });
  test("leaves the time it was asked about as it is", () => {
    const now = at("06:30");
    dueFor("approval", { approval: "daily" }, now);
    expect(now).toEqual(at("06:30"));
  });
});

describe("a notice that did not get out is tried again", () => {
  const now = new Date("2026-11-22T10:00:00.000Z");
  const seconds = (failures: number, failing: Failing, promised = false) => {
    const at = nextTry(failures, { now, promised, failing });
    return at === null ? null : (at.getTime() - now.getTime()) / 1_000;
  };
  test("after half a minute, then twice as long each time, and every six hours at most", () => {
    expect([1, 2, 3, 10, 11].map((failures) => seconds(failures, "put-off"))).toEqual([30, 60, 120, 15_360, 21_600]);
  });
  test.each<[Failing, boolean, number]>([
    ["put-off", false, 11],
    ["refused", false, 8],
    ["put-off", true, 35],
    ["refused", true, 35],
  ])("where it is %s, promised: %j, %i times", (failing, promised, last) => {
    expect(seconds(last, failing, promised)).not.toBeNull();
    expect(seconds(last + 1, failing, promised)).toBeNull();
  });
  test("never where nobody is there", () => {
    expect([seconds(1, "nobody"), seconds(1, "nobody", true)]).toEqual([null, null]);
  });
});
