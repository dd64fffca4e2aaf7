import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { pinnedNode } from "../launcher/packages.mjs";

// Runs one of this folder's programs on the pinned Node: `node scripts/bench/run.mjs FILE …`. Nothing of an installation is read.
const [file, ...words] = process.argv.slice(2);
const program = fileURLToPath(new URL(file, import.meta.url));
process.exitCode = spawnSync(pinnedNode(), [program, ...words], { stdio: "inherit" }).status ?? 1;
