import { appendFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectors } from "#lib/connectors/registry.ts";
import { requestKinds } from "#lib/domain/charter.ts";
import { testDatabase } from "#test/support/database.ts";
import { type Bench, enumerate, type Mishap, mishapName, orphans, run, tallyLine } from "./crash-matrix.ts";
import { startWorlds } from "./crash-worlds.ts";
import { seedGate } from "./saga-world.ts";

const full = process.env.CHARTER_CRASH === "full";
/** Of each flow's mishaps, one in so many runs within `npm test`; `npm run crash` runs them all. */
const every = full ? 1 : 12;

let bench: Bench;
beforeAll(async () => {
  const database = await testDatabase();
  const worlds = await startWorlds(connectors.map(({ kind }) => kind));
  bench = { database, worlds, tally: { runs: 0, orphans: 0, lost: 0, duplicates: 0, unaudited: 0, stuck: 0 } };
  for (const target of [...worlds.all.map(({ name }) => name), "vault-main"])
    await seedGate(database.admin, { target });
});
afterAll(async () => {
  const line = tallyLine(bench.tally);
  if (process.env.CHARTER_CRASH_REPORT) writeFileSync(process.env.CHARTER_CRASH_REPORT, `${line}\n`);
  else console.log(line);
  await bench.worlds.stop();
  await bench.database.close();
});

/** The same ones each time; the place in the list moves with the flow, so that flows together cover it. */
const chosen = (mishaps: readonly Mishap[], from: number) => mishaps.filter((_, index) => (index + from) % every === 0);

describe("killed between any two steps and around every call, and with every answer lost", () => {
  it(
    "each flow of each target ends in exactly one identity, one live credential, its secret in the vault, all audited",
    async () => {
      const wrong: string[] = [];
      for (const world of bench.worlds.all) {
        for (const [place, kind] of requestKinds.entries()) {
          const mishaps = await enumerate(bench, world, kind);
          expect(mishaps.length).toBeGreaterThan(3);
          for (const mishap of chosen(mishaps, place)) {
            const began = performance.now();
            const found = await run(bench, { world, kind, mishap });
            if (process.env.CHARTER_CRASH_LOG)
              appendFileSync(
                process.env.CHARTER_CRASH_LOG,
                `${Math.round(performance.now() - began)} ms ${world.name}, ${kind}, ${mishapName(mishap)}: ${found.join("; ") || "holds"}\n`,
              );
            if (found.length > 0) wrong.push(`${world.name}, ${kind}, ${mishapName(mishap)}: ${found.join("; ")}`);
          }
        }
        wrong.push(
          ...(await orphans(bench, world)).map((name) => `${world.name}: ${name} belongs to no live identity`),
        );
      }
      expect(wrong).toEqual([]);
      expect(bench.tally.runs).toBeGreaterThan(10);
    },
    full ? 7_200_000 : 600_000,
  );
});
