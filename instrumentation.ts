/** Refuses to start with a worker's variable in sight; other problems are told by `/api/health` while nothing else is served. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { start } = await import("#lib/web/start.ts");
  start();
}
