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

type Tell = (event: StreamEvent) => void;

/**
 * Holds the browser's one stream in one tab and passes what it says to the others; lives until the tab leaves, and where nobody is
 * signed in asks for no other. The browser itself takes up a stream that breaks off, but none that was answered otherwise.
 */
async function lead(tab: Tab): Promise<void> {
  const { channel, hear, signal, apart } = tab;
  const tell: Tell = (event) => {
    channel.postMessage(event);
    hear(event);
  };
  while (!signal.aborted) {
    if ((await listen(tab, tell)) === "signed-out") return left(signal);
    await passed(apart(streamAfter), signal);
    if (signal.aborted || !(await isSignedOut(signal))) continue;
    tell({ kind: "signed-out" });
    return left(signal);
  }
}

/** Passes on what one stream says, until it has ended for good. */
function listen({ drawn, signal }: Tab, tell: Tell): Promise<"ended" | "signed-out"> {
  return new Promise((resolve) => {
    const source = new EventSource(`/api/stream?${new URLSearchParams({ drawn })}`);
    const end = (as: "ended" | "signed-out") => {
      source.close();
      signal.removeEventListener("abort", ended);
      resolve(as);
    };
    const ended = () => end("ended");
    signal.addEventListener("abort", ended);
    source.addEventListener("changed", () => tell({ kind: "changed" }));
    source.addEventListener("signed-out", () => {
      end("signed-out");
      tell({ kind: "signed-out" });
    });
    source.addEventListener("error", () => source.readyState === EventSource.CLOSED && ended());
  });
}

const left = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

const passed = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const over = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal.addEventListener("abort", over);
  });

/** Whether the stream is refused for want of a session, which an event stream does not say; asking keeps no session from idling. */
async function isSignedOut(signal: AbortSignal): Promise<boolean> {
  const asked = new AbortController();
  const answer = await fetch("/api/stream", { signal: AbortSignal.any([signal, asked.signal]) }).catch(() => null);
  asked.abort();
  return answer?.status === 401;
}

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
