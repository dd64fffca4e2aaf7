import type { Instrumentation } from "next";

/** Refuses to start with a worker's variable in sight; other problems are told by `/api/health` while nothing else is served. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { start } = await import("#lib/web/start.ts");
  start();
}

/** Every error that Next caught while it answered; its digest is the reference that the error page shows. */
export const onRequestError: Instrumentation.onRequestError = async (error, _request, { routePath }) => {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { requestFault } = await import("#lib/web/printed.ts");
  requestFault(error, routePath);
};
