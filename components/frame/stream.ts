/** What the stream says: some rows this person sees have changed, or the session no longer counts. */
export type StreamEvent = { readonly kind: "changed" } | { readonly kind: "signed-out" };

export interface Tab {
  readonly channel: BroadcastChannel;
  /** The snapshot this tab's page was first drawn from. */
  readonly drawn: string;
  readonly hear: (event: StreamEvent) => void;
  readonly signal: AbortSignal;
  /** A pause that differs from tab to tab, ms. */
  readonly apart: (ms: number) => number;
}

/** Pause before a stream that was not answered is asked for anew, ms. */
const streamAfter = 3_000;

/**
 * Holds the browser's one stream in one tab and passes what it says to the others; lives until the tab leaves. The browser itself
 * takes up a stream that breaks off, but none that was answered otherwise.
 */
async function lead(tab: Tab): Promise<void> {
  const { channel, hear, signal, apart } = tab;
  const tell = (event: StreamEvent) => {
    channel.postMessage(event);
    hear(event);
  };
  while (!signal.aborted) {
    await listen(tab, tell);
    await passed(apart(streamAfter), signal);
    if (!signal.aborted && (await isSignedOut())) return tell({ kind: "signed-out" });
  }
}

/** Passes on what one stream says, until it has ended for good. */
function listen({ drawn, signal }: Tab, tell: (event: StreamEvent) => void): Promise<void> {
  return new Promise((resolve) => {
    const source = new EventSource(`/api/stream?${new URLSearchParams({ drawn })}`);
    const end = () => {
      source.close();
      resolve();
    };
    signal.addEventListener("abort", end, { once: true });
    source.addEventListener("changed", () => tell({ kind: "changed" }));
    source.addEventListener("signed-out", () => {
      end();
      tell({ kind: "signed-out" });
    });
    source.addEventListener("error", () => source.readyState === EventSource.CLOSED && end());
  });
}

const passed = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const over = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", over, { once: true });
  });

const isSignedOut = (): Promise<boolean> =>
  fetch("/api/search?q=").then(
    ({ status }) => status === 401,
    () => false,
  );

/**
 * Leads when no other tab does, else waits to. What changed before another's stream was heard here nobody says again, so such a tab
 * draws once; the stream itself says it to its own.
 */
export async function followStream(tab: Tab): Promise<void> {
  const lock = "charter-stream";
  await navigator.locks.request(lock, { ifAvailable: true }, (free) =>
    free === null ? tab.hear({ kind: "changed" }) : lead(tab),
  );
  if (!tab.signal.aborted) await navigator.locks.request(lock, { signal: tab.signal }, () => lead(tab));
}
