import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { checkout, readEnv } from "./launcher/home.mjs";
import { pinnedNode } from "./launcher/packages.mjs";

// Runs a command of the worker's host on the pinned Node: `node scripts/command.mjs FILE …`. What `npm start` wrote for the worker
// under CHARTER_HOME is its environment; variables that are set win.
const home = process.env.CHARTER_HOME || join(checkout, ".charter");
const [file, ...words] = process.argv.slice(2);
const env = { ...readEnv(join(home, "migrate.env")), ...readEnv(join(home, "worker.env")), ...process.env };
process.exitCode = spawnSync(pinnedNode(), [join(checkout, file), ...words], { stdio: "inherit", env }).status ?? 1;
