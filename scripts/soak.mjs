import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { checkout } from "./launcher/home.mjs";
import { pinnedNode } from "./launcher/packages.mjs";

// Keeps the built web and two workers busy while what they lean on breaks and comes back; the last line is what was lost, doubled
// or left behind. Needs `npm run build` first.
// npm run soak [-- --minutes N --json FILE --sabotages]
const program = join(checkout, "scripts", "soak", "main.ts");
const { status } = spawnSync(pinnedNode(), [program, ...process.argv.slice(2)], { cwd: checkout, stdio: "inherit" });
process.exitCode = status ?? 1;
