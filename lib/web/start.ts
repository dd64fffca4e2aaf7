import { log } from "./log.ts";
import { tameConsole } from "./printed.ts";
import { readSettings, workerVariables } from "./settings.ts";

/** Runs once when the web process starts. */
export function start(): void {
  tameConsole();
  const foreign = workerVariables(process.env);
  if (foreign.length > 0) {
    log("refused-to-start", { sentence: `The web must not see the worker's variables: ${foreign.join(", ")}.` });
    process.exit(78);
  }
  const read = readSettings(process.env);
  if ("problems" in read) log("not-fit", { sentence: read.problems.join(" ") });
}
