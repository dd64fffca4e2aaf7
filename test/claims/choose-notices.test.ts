import { afterAll, beforeAll, expect, test } from "vitest";
import { readNoticeSettings } from "#db/read/notices.ts";
import { chooseNotices } from "#lib/claims/preferences/choose-notices.ts";
import { actors, type Cast, granted, openCast } from "./cast.ts";

let cast: Cast;
beforeAll(async () => {
  cast = await openCast();
}, 60_000);
afterAll(() => cast.scenario.database.close());

test("what is chosen of one kind leaves what another tab chose of the others, and a promised kind is never one", async () => {
  const context = await cast.as(actors.sameTeam);
  const kept = async () => (await readNoticeSettings(context.db, context.actor)).choice;
  granted(await chooseNotices(context, { choice: { approval: "daily" } }));
  granted(await chooseNotices(context, { choice: { question: "never", "in-your-name": "never" } }));
  expect(await kept()).toEqual({ approval: "daily", question: "never" });
  granted(await chooseNotices(context, { choice: { approval: "at-once" } }));
  expect(await kept()).toEqual({ approval: "at-once", question: "never" });
});
