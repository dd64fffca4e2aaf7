import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// The portal under test: what `npm start` brings up, with data in a temporary folder that goes when the portal has stopped.
const home = mkdtempSync(join(tmpdir(), "charter-portal-"));
const start = fileURLToPath(new URL("../../scripts/start.mjs", import.meta.url));
const launcher = spawn(process.execPath, [start], { stdio: "inherit", env: { ...process.env, CHARTER_HOME: home } });
for (const name of ["SIGTERM", "SIGINT"]) process.on(name, () => launcher.kill(name));
launcher.once("exit", (code) => {
  rmSync(home, { recursive: true, force: true });
  process.exit(code ?? 1);
});
