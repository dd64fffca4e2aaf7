import { fileURLToPath } from "node:url";
import { day } from "../launcher/clock.mjs";
import { openDesk } from "../launcher/desk.mjs";
import { readJson, writeWhole } from "../launcher/home.mjs";
import { lastWords, run } from "../launcher/run.mjs";
import { Stop } from "../launcher/sentence.mjs";
import { exchangeToken } from "./github-token.mjs";

const folder = (name) => fileURLToPath(new URL(`./history/${name}`, import.meta.url));
/** Days before today on which history begins; its first asking is on the 98th. */
const firstDay = 99;

/**
 * The fourteen weeks with which a demo begins, lived by the portal itself while the clock runs fast. `CHARTER_DEMO_HISTORY=none` begins today,
 * with nothing. Once begun it is never lived again: what is there is kept.
 */
export function historyOf(started) {
  const stamp = started.home.path("demo", "history.json");
  const wanted = process.env.CHARTER_DEMO_HISTORY !== "none";
  const keep = (state) => writeWhole(stamp, JSON.stringify({ state }));
  return {
    /** Sets the clock back before anything is written down; puts it right where a start was ended in the middle. Whether history is to be lived. */
    async begin(fresh) {
      if (fresh && readJson(stamp, null) === null && wanted) {
        await started.clock.begin(-firstDay * day);
        keep("begun");
        return true;
      }
      if (started.clock.ahead() < 0) await started.clock.set(0);
      return false;
    },
    /** Lives it, and ends today; says how much was asked for. */
    async play() {
      const desk = await openDesk(actsOf(started));
      let said = "";
      try {
        await importFolder(started, "directory");
        const env = {
          ...started.webEnv,
          CHARTER_HISTORY_DESK: desk.address,
          CHARTER_HISTORY_WORLD: started.home.path("demo"),
        };
        const done = await run(started.node, ["scripts/demo/history/play.ts"], {
          env,
          log: started.home.log("history"),
        });
        said = lastWords(done, 1);
        if (done.status !== 0) throw new Stop(`The demo's history stopped: ${lastWords(done, 8)}`);
      } finally {
        desk.close();
        await started.clock.set(0);
      }
      await started.sweep();
      keep("lived");
      return said;
    },
  };
}

const actsOf = (started) => ({
  "clock/at": async ({ daysAgo }) => {
    await started.clock.set(-daysAgo * day);
    return {};
  },
  sweep: async () => ({ swept: await started.sweep() }),
  "token/exchange": ({ target, role, claims }) =>
    exchangeToken(started.home, { port: started.taken.systems[target], role, claims, ahead: started.clock.ahead() }),
  "directory/left": async () => {
    await importFolder(started, "left");
    return {};
  },
});

async function importFolder({ node, workerEnv }, name) {
  const done = await run(node, ["lib/worker/commands/directory-import.ts", folder(name)], { env: workerEnv });
  if (done.status !== 0) throw new Error(`The directory could not be imported: ${lastWords(done, 6)}`);
}
