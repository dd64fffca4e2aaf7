import { setTimeout as pause } from "node:timers/promises";
import { day } from "../launcher/clock.mjs";
import { readJson, writeWhole } from "../launcher/home.mjs";
import { checkAudit } from "./check-audit.mjs";
import { demoRoles } from "./demo.mjs";
import { exchangeToken } from "./github-token.mjs";

/** How long a kill waits for the worker's next call to a simulated target. */
const callWithinMs = 300_000;

/**
 * What the demo's launcher offers at its desk, by name; each takes JSON and returns JSON. What was done is kept in `record.json`, so
 * that the checklist knows it after a restart.
 */
export function demoActs(started) {
  const record = recordOf(started.home);
  return {
    "clock/skip": async ({ days }) => {
      if (!Number.isInteger(days) || days < 1 || days > 365) throw new Error("Skip between 1 and 365 days.");
      await started.clock.set(started.clock.ahead() + days * day);
      const swept = await started.sweep();
      record.keep("skipped", { days });
      return { days, swept };
    },
    "worker/kill": async ({ at }) => {
      if (at === "next-call") {
        await killAtNextCall(started, record);
        return { armed: true };
      }
      const killed = started.children.kill("worker");
      if (killed) record.keep("killed", { midCall: false });
      return { armed: false, killed };
    },
    "token/exchange": async ({ target, role, claims }) => {
      const answer = await exchangeToken(started.home, {
        port: portOf(started, target),
        role,
        claims,
        ahead: started.clock.ahead(),
      });
      record.keep(answer.admitted ? "admitted" : "turned-away", { target, role });
      return answer;
    },
    "audit/check": async () => {
      const report = await checkAudit(started);
      if (report.sound && report.found) record.keep("verified", {});
      return report;
    },
    record: async () => record.all(),
    roles: async () => demoRoles(),
  };
}

function portOf({ taken }, target) {
  const port = taken.systems[target];
  if (port === undefined) throw new Error(`There is no simulated target ${target}.`);
  return port;
}

/** What was done at the desk, each with when it was last done by the wall clock. */
function recordOf(home) {
  const file = home.path("demo", "record.json");
  const done = readJson(file, {});
  return {
    keep(act, detail) {
      done[act] = { at: new Date().toISOString(), ...detail };
      writeWhole(file, JSON.stringify(done));
    },
    all: () => done,
  };
}

/**
 * The next call that changes something at a simulated account is carried out and never answered, and the worker is killed while it
 * waits: the hardest moment there is, since nobody can know what came of the call. Returns at once.
 */
async function killAtNextCall({ children, accounts }, record) {
  for (const url of accounts) await control(url, "faults", { method: "DELETE" });
  const rule = JSON.stringify({ changing: true, effect: { kind: "hang", when: "after" } });
  const before = await hung(accounts);
  for (const url of accounts) await control(url, "faults", { method: "POST", body: rule });
  void (async () => {
    for (const end = Date.now() + callWithinMs; Date.now() < end; await pause(30)) {
      if ((await hung(accounts)) === before) continue;
      if (children.kill("worker")) record.keep("killed", { midCall: true });
      break;
    }
    for (const url of accounts) await control(url, "faults", { method: "DELETE" });
  })().catch(() => {
    // The simulators are being stopped: there is nothing to kill in the middle of.
  });
}

const control = (url, what, options) => fetch(`${url}/_simulator/${what}`, options);

/** How many calls were carried out and never answered, so far. */
async function hung(accounts) {
  const calls = await Promise.all(accounts.map(async (url) => (await control(url, "calls")).json()));
  return calls.flat().filter(({ ended }) => ended === "hang").length;
}
