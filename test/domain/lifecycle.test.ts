import { describe, expect, test } from "vitest";
import { type IdentityState, identityStates } from "#lib/domain/identity.ts";
import { daysUntil, later, midnightIn } from "#lib/domain/instant.ts";
import {
  afterEvent,
  holdEnds,
  isExpiryDue,
  type LifeEvent,
  mayRenewUntil,
  overlapEnds,
} from "#lib/domain/lifecycle.ts";
import { days, now } from "./forms.ts";

describe("what happens to an identity", () => {
  const table: Readonly<Record<LifeEvent, Readonly<Partial<Record<IdentityState, IdentityState>>>>> = {
    provisioned: { provisioning: "live" },
    failed: { provisioning: "failed" },
    "retirement-started": { live: "retiring", suspended: "retiring" },
    removed: { retiring: "retired" },
    "access-changed": { live: "live", suspended: "suspended" },
    renewed: { live: "live", suspended: "suspended", retiring: "live" },
    transferred: { live: "live", suspended: "suspended" },
    rotated: { live: "live", suspended: "suspended" },
    suspended: { live: "suspended" },
    resumed: { suspended: "live" },
  };
  test.each(Object.entries(table) as [LifeEvent, Partial<Record<IdentityState, IdentityState>>][])(
    "%s happens where it can, and nowhere else",
    (event, next) => {
      for (const state of identityStates) {
        const sentence = `An identity that is ${state} cannot be ${event.replaceAll("-", " ")}.`;
        const expected =
          next[state] === undefined ? { refusals: [{ code: "conflict", sentence }] } : { ok: next[state] };
        expect(afterEvent(state, event)).toEqual(expected);
      }
    },
  );
  test("its end is due while it is enabled or suspended", () => {
    expect(identityStates.filter((state) => isExpiryDue({ state, endsAt: now }, now))).toEqual(["live", "suspended"]);
  });
});

describe("a later end", () => {
  const refused = (code: string, sentence: string, mend: string) => ({
    refusals: [{ code, field: "endsAt", sentence, mend }],
  });
  test.each([
    [days(60), days(61), { ok: null }],
    ["never", days(1), { ok: null }],
    [days(60), "soon", refused("invalid", "This is not a date.", "Choose when it ends.")],
    [days(-9), days(0), refused("invalid", "The end has passed.", "Choose a day ahead.")],
    [days(60), days(60), refused("invalid", "It already lasts that long.", "Choose a later day.")],
    [days(60), days(59), refused("invalid", "It already lasts that long.", "Choose a later day.")],
  ])("than %s: %s", (current, wanted, expected) => expect(mayRenewUntil(current, wanted, now)).toEqual(expected));
});

describe("time", () => {
  const at = (date: Date) => date.getTime() - now.getTime();
  test("goes on by days and hours, and by nothing", () => {
    expect(at(later(now, { days: 2, hours: 3 }))).toBe(51 * 3_600_000);
    expect([at(later(now, { hours: -1 })), at(later(now, {}))]).toEqual([-3_600_000, 0]);
  });
  test("an overlap and a hold last as long as the figure says, and end at once without one", () => {
    expect([at(overlapEnds(now, 24)), at(holdEnds(now, 14))]).toEqual([24 * 3_600_000, 14 * 24 * 3_600_000]);
    for (const none of [0, -1, "24", undefined])
      expect([at(overlapEnds(now, none)), at(holdEnds(now, none))]).toEqual([0, 0]);
  });
  test("counts days until an end, none until what is no instant", () => {
    expect([daysUntil(days(0), now), daysUntil(days(-2), now), daysUntil("soon", now)]).toEqual([0, -2, Number.NaN]);
    const midnight = new Date("2026-11-22T00:00:00.000Z");
    expect([midnightIn(1, midnight), midnightIn(0, now)]).toEqual([
      "2026-11-23T00:00:00.000Z",
      "2026-11-22T00:00:00.000Z",
    ]);
  });
});
