import type { Sql } from "./client.ts";

/** `claims`: the web says that a worker may look. `facts`: the worker says that screens may look. */
export type Channel = "claims" | "facts";

const shortest = 100;
const pending = new WeakMap<Sql, Map<Channel, { again: boolean }>>();

/**
 * Hints to whoever listens that something was committed: an empty NOTIFY in a statement of its own, at most ten a second for each
 * pool and channel. Call it after the commit. It is a hint: every listener also looks by itself, so a failed one is dropped.
 */
export function notify(sql: Sql, channel: Channel): void {
  const channels = pending.get(sql) ?? new Map<Channel, { again: boolean }>();
  pending.set(sql, channels);
  const running = channels.get(channel);
  if (running) {
    running.again = true;
    return;
  }
  const turn = { again: false };
  channels.set(channel, turn);
  sql.notify(channel, "").catch(dropped);
  setTimeout(() => {
    channels.delete(channel);
    if (turn.again) notify(sql, channel);
  }, shortest).unref();
}

/** The hint is lost, the work is not: the next look finds it. */
function dropped(): void {}

/**
 * Calls `wake` after each hint and each time the connection was made anew, when hints may have been missed: it is tried for as
 * long as the server is away, at pauses of up to 20 s. One connection per process is enough. Returns how to stop.
 */
export async function listen(sql: Sql, channel: Channel, wake: () => void): Promise<() => Promise<void>> {
  const listening = await sql.listen(channel, wake, wake);
  return () => listening.unlisten();
}
