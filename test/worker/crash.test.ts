import { afterAll, beforeAll, expect, it } from "vitest";
import { connectors } from "#lib/connectors/registry.ts";
import { removeWorkerFiles } from "./crash/builds.ts";
import { type Lane, openLane } from "./crash/lane.ts";
import { allRuns, type Result, runAll, wordsOf } from "./crash/matrix.ts";

/** Of all runs one in so many, spread over every flow. `npm run crash` does every one. */
const every = 30;

let lane: Lane;
beforeAll(async () => {
  lane = await openLane(connectors.map(({ kind }) => kind));
});
afterAll(async () => {
  await lane.close();
  removeWorkerFiles();
});

it("whatever is killed, lost or paused, one identity comes of it, one credential, its secret in the vault, all audited", async () => {
  const runs = await allRuns(lane, { full: false, seeds: 0 });
  const results: Result[] = [];
  await runAll(
    lane,
    runs.filter((_, place) => place % every === 0),
    (result) => void results.push(result),
  );
  expect(results.filter(({ found }) => found.length > 0).map(wordsOf)).toEqual([]);
  expect(results.length).toBeGreaterThan(15);
}, 900_000);
