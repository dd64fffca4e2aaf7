import { afterAll, beforeAll, expect, test } from "vitest";
import { actions, addresses, inputs, paths } from "./http-entries.ts";
import { callOf, sightOf, verdictOf } from "./http-portal.ts";
import { type Keeper, keeper, openWorld, type Principal, principals, type World } from "./http-world.ts";

let world: World;
let kept: Keeper;
beforeAll(async () => {
  world = await openWorld();
  kept = await keeper(world.admin);
});
afterAll(() => world?.close());

const table = (rows: readonly (readonly string[])[]): string => {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(width(column)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};

test("every entry point of the build is in the matrix, and nothing else is", () => {
  expect(Object.keys(inputs).sort()).toEqual(
    actions()
      .map(({ name }) => name)
      .sort(),
  );
  expect(Object.keys(paths).sort()).toEqual([...new Set(addresses())].sort());
});

test("every entry point gives every principal the committed verdict, and a refusal changes nothing but its denied entries", async () => {
  const rows: string[][] = [["", ...principals, "denied entries"]];
  const leaks: string[] = [];
  for (const action of actions()) {
    const call = (principal: Principal) =>
      world.portal
        .send(
          callOf({
            ...action,
            input: inputs[action.name]?.(world.own, world.person),
            session: world.session[principal],
          }),
        )
        .then(verdictOf);
    const verdicts = new Map<Principal, string>();
    for (const principal of principals) {
      const verdict = await call(principal);
      verdicts.set(principal, verdict);
      if (isTaken(verdict)) await kept.restore();
    }
    await kept.restore();
    await kept.denied();
    // Once more, those who are refused alone: what they changed is then still there.
    for (const principal of principals.filter((one) => !isTaken(verdicts.get(one) ?? "")))
      expect(await call(principal)).toBe(verdicts.get(principal));
    leaks.push(...(await kept.changes()).map((table) => `${action.name}: a refusal changed ${table}`));
    rows.push([action.name, ...verdicts.values(), String(await kept.denied())]);
  }
  for (const [name, pathOf] of Object.entries(paths)) {
    const path = pathOf(world.own);
    if (path === null) continue;
    const sights = principals.map((principal) => world.portal.send({ path, session: world.session[principal] }));
    rows.push([name, ...(await Promise.all(sights)).map(sightOf), String(await kept.denied())]);
    leaks.push(...(await kept.changes()).map((table) => `${name}: looking changed ${table}`));
  }
  expect(leaks).toEqual([]);
  await expect(`${table(rows)}\n`).toMatchFileSnapshot("./http-matrix.txt");
}, 180_000);

const isTaken = (verdict: string): boolean => verdict === "taken" || verdict.startsWith("to ");
