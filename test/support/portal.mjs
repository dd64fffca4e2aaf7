import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

// The portal under test: what `npm start` brings up, in the temporary folder CHARTER_HOME, which goes when the portal has stopped.
const start = fileURLToPath(new URL("../../scripts/start.mjs", import.meta.url));
const launcher = spawn(process.execPath, [start], { stdio: "inherit" });
for (const name of ["SIGTERM", "SIGINT"]) process.on(name, () => launcher.kill(name));
launcher.once("exit", (code) => {
  rmSync(process.env.CHARTER_HOME, { recursive: true, force: true });
  process.exit(code ?? 1);
});
