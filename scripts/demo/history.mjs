import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { day } from "../launcher/clock.mjs";
import { openDesk } from "../launcher/desk.mjs";
import { readJson, writeWhole } from "../launcher/home.mjs";
import { lastWords, run } from "../launcher/run.mjs";
import { Stop } from "../launcher/sentence.mjs";
import { exchangeToken } from "./github-token.mjs";

const folder = (name) => fileURLToPath(new URL(`./history/${name}`, import.meta.url));
const stamp = (home) => home.path("demo", "history.json");
/** Days before today on which history begins; its first asking is on the 98th. */
const firstDay = 99;
/** A sweep among the other work of a first start, and what a day's asking leads to. */
const sweepWithinMs = 120_000;
const restWithinMs = 300_000;
const restPollMs = 10;

/** Whether a start was ended before its history had come to today: a part of it is none. */
export const isCutOff = (home) => readJson(stamp(home), null)?.state === "begun";

/**
 * Sets the clock of an installation that holds nothing yet back to where its history begins, and returns what lives it; null where there
 * is something already, where `CHARTER_DEMO_HISTORY=none` says so, and in a database that is not the launcher's own.
 */
export async function beginHistory(started) {
  const { home, kind, clock } = started;
  const isFresh = readJson(home.path("demo", "directory.json"), null) === null;
  if (!isFresh || kind !== "embedded" || process.env.CHARTER_DEMO_HISTORY === "none") return null;
  writeWhole(stamp(home), JSON.stringify({ state: "begun" }));
  await clock.begin(-firstDay * day);
  return { live: () => live(started) };
}

/** Lives it to its end, today; says how much was asked for. */
async function live(started) {
  const { home, node, webEnv, cluster, clock } = started;
  const postgres = await superuser(cluster);
  const first = {};
  const desk = await openDesk(actsOf(started, { postgres, first }));
  try {
    // Nothing of it is worth a wait for the disk: what is cut off begins anew.
    await postgres.unsafe("alter system set synchronous_commit = off");
    await postgres`select pg_reload_conf()`;
    // Beside the start of what plays, which waits for its people.
    first.directory = importFolder(started, "directory");
    first.directory.catch(() => {});
    const world = { CHARTER_HISTORY_WORLD: home.path("demo"), CHARTER_HISTORY_CLUSTERS: home.postgres };
    const env = { ...webEnv, ...world, CHARTER_HISTORY_DESK: desk.address };
    const done = await run(node, ["scripts/demo/history/play.ts"], { env, log: home.log("history") });
    if (done.status !== 0)
      throw new Stop(
        `The demo's history stopped; CHARTER_DEMO_HISTORY=none starts without one. Its last lines:\n${lastWords(done, 8)}`,
      );
    await clock.set(0);
    await started.sweep(sweepWithinMs);
    await postgres.unsafe("alter system reset synchronous_commit");
    await postgres`select pg_reload_conf()`;
    await postgres.unsafe("checkpoint");
    writeWhole(stamp(home), JSON.stringify({ state: "lived" }));
    return lastWords(done, 1);
  } finally {
    desk.close();
    await postgres.end({ timeout: 2 });
  }
}

async function superuser(cluster) {
  const { default: postgres } = await import("postgres");
  return postgres(cluster.url("charter"), { max: 1, onnotice: () => {} });
}

/** Whether the worker has something to do at this moment: claims nobody has taken, approvals to release, steps that are due or run. */
const isBusy = (postgres) => postgres`
  select exists (select from charter.inbox)
    or exists (select from charter.request_states where state = 'approved' and (deadline is null or deadline <= charter.clock()))
    or exists (select from charter.steps where stuck_at is null and (state in ('claimed', 'sent')
      or (state in ('ready', 'ambiguous') and due_at <= charter.clock() + interval '2 seconds'))) as busy`;

const actsOf = (started, { postgres, first }) => ({
  "directory/first": async () => {
    await first.directory;
    return {};
  },
  rest: async () => {
    for (const end = Date.now() + restWithinMs; Date.now() < end; await pause(restPollMs)) {
      const [{ busy }] = await isBusy(postgres);
      if (!busy) return {};
    }
    throw new Error("The worker did not come to rest.");
  },
  "clock/at": async ({ daysAgo }) => {
    await started.clock.set(-daysAgo * day);
    return {};
  },
  sweep: async () => ({ swept: await started.sweep(sweepWithinMs) }),
  "token/exchange": ({ target, role, claims }) =>
    exchangeToken(started.home, { port: started.taken.systems[target], role, claims, ahead: started.clock.ahead() }),
  "worker/halt": async ({ halted }) => {
    started.children.halt("worker", halted);
    return {};
  },
  "directory/left": async () => {
    await importFolder(started, "left");
    return {};
  },
});

async function importFolder({ node, workerEnv }, name) {
  const done = await run(node, ["lib/worker/commands/directory-import.ts", folder(name)], { env: workerEnv });
  if (done.status !== 0) throw new Error(`The directory could not be imported: ${lastWords(done, 6)}`);
}
