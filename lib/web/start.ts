import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { countRequests } from "./load.ts";
import { log } from "./log.ts";
import { tameConsole } from "./printed.ts";
import { readSettings, workerVariables } from "./settings.ts";

/** Runs once when the web process starts. */
export function start(): void {
  tameConsole();
  refuseTrace();
  countRequests();
  const foreign = workerVariables(process.env);
  if (foreign.length > 0) {
    log("refused-to-start", { sentence: `The web must not see the worker's variables: ${foreign.join(", ")}.` });
    process.exit(78);
  }
  const read = readSettings(process.env);
  if ("problems" in read) log("not-fit", { sentence: read.problems.join(" ") });
}

/**
 * The framework cannot make a request of TRACE and would answer 500: it is shown the request as one that `proxy.ts` refuses
 * like every method but GET, HEAD and POST.
 */
function refuseTrace(): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { readonly request: IncomingMessage };
    if (request.method === "TRACE") request.method = "DELETE";
  });
}
