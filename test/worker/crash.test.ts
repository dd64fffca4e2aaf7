import { afterAll, beforeAll, expect, it } from "vitest";
import { connectors } from "#lib/connectors/registry.ts";
import { removeWorkerFiles } from "./crash/builds.ts";
import { type Lane, openLane, vaultName } from "./crash/lane.ts";
import { allRuns, idle, named, type Result, runAll, wordsOf } from "./crash/matrix.ts";
import type { Run } from "./crash/mishaps.ts";
import { changingMethods } from "./crash/reached.ts";

/** Of all runs one in so many, spread over every flow. `npm run crash` does every one. */
const every = 60;
/** Always: what was wrong once, and what no other run shows. */
const always = [
  /user and key, provision, it is deleted after 2 steps$/,
  /user and key, provision, its secret is (overwritten after 3|removed after 4) steps$/,
  /user and key, strange key, killed at delete-strange-keys\/iam:DeleteAccessKey:C2$/,
  /postgresql role, provision, the mark of its login is removed after 3 steps$/,
  /postgresql role, provision, its secret is overwritten after 5 steps$/,
  /postgresql role, provision, PostgreSQL restarted, 0$/,
  /user and key, rotate, killed at issue\/sts:GetCallerIdentity:C2 and issue\/vault put:C2$/,
];

let lane: Lane;
let runs: readonly Run[];
beforeAll(async () => {
  lane = await openLane(connectors.map(({ kind }) => kind));
  runs = await allRuns(lane, { full: false, seeds: 0 });
}, 900_000);
afterAll(async () => {
  await lane.close();
  removeWorkerFiles();
});

it("a run is chosen by its name alone, and others by what their names have in common", () => {
  for (const one of runs) expect(named(runs, one.id)).toEqual([one]);
  expect(named(runs, "provision, squatter with").length).toBeGreaterThan(1);
  expect(named(runs, "no run is called so")).toEqual([]);
});

it("a run that did not come to its place fails, unless a worker's start may have been there already", () => {
  const missed = (id: string): Result => ({ id, ms: 1, found: [], unmet: true });
  const places = [
    "killed at issue/target mint key:C1",
    "killed at undo issue/vault login:C2 after invalid",
    "killed at issue/vault put:C1",
  ];
  expect(idle(places.map(missed)).map(({ id }) => id)).toEqual([places[0], places[2]]);
  expect(idle(places.map((id) => ({ ...missed(id), unmet: false })))).toEqual([]);
});

it("a run of late reads can be the first of its lane: nothing is refused for a token that reads do not know yet", async () => {
  const { vault } = lane.worlds;
  const before = new Set(vault.calls());
  const alone = named(
    runs,
    "postgresql role, provision, lagging reads of the vault after invalid at target ALTER ROLE 3",
  );
  const results: Result[] = [];
  await runAll(lane, alone, (result) => void results.push(result));
  expect(results).toMatchObject([{ found: [], unmet: false }]);
  const seen = vault.calls().filter((call) => !before.has(call));
  expect(seen.filter(({ operation }) => operation === "metadata-read").length).toBeGreaterThan(3);
  expect(seen.filter(({ ended }) => ended === "403")).toEqual([]);
}, 120_000);

it("whatever is killed, lost, paused or changed by others, one identity comes of it, one credential, its secret in the vault, all audited", async () => {
  const isAlways = ({ id }: Run) => always.some((one) => one.test(id));
  expect(always.filter((one) => !runs.some(({ id }) => one.test(id)))).toEqual([]);
  const results: Result[] = [];
  const chosen = runs.filter((one, place) => place % every === 0 || isAlways(one));
  await runAll(lane, chosen, (result) => void results.push(result));
  expect(results.filter(({ found }) => found.length > 0).map(wordsOf)).toEqual([]);
  expect(idle(results)).toEqual([]);
  expect(results.length).toBeGreaterThan(15);
}, 1_800_000);

it("no changing method of any target or vault is left out of the flows", async () => {
  const places = await Promise.all(
    [...new Set(lane.worlds.all.map(({ target }) => target.name))].map(async (name) => ({
      name,
      of: await lane.places.target(name),
    })),
  );
  const all = [...places, { name: vaultName, of: await lane.places.vault(vaultName) }].flatMap(({ name, of }) =>
    changingMethods(name, of),
  );
  expect(all.length).toBeGreaterThan(40);
  expect(all.filter((one) => !lane.reached.has(one))).toEqual([]);
});
