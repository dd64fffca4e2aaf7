import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { checkout } from "./launcher/home.mjs";
import { pinnedNode } from "./launcher/packages.mjs";

// Kills a real worker at every place of every flow, loses every answer and more; the last line is what it counted.
// npm run crash [-- --full --seeds N --connector KIND --only RUN --json FILE --sabotages]: RUN is a name, or a pattern of names; with a
// file it goes on where it was broken off.
const program = join(checkout, "test", "worker", "crash", "command.ts");
const { status } = spawnSync(pinnedNode(), [program, ...process.argv.slice(2)], { cwd: checkout, stdio: "inherit" });
process.exitCode = status ?? 1;
