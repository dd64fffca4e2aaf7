"use client";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useTransition } from "react";

declare global {
  var __webpack_nonce__: string | undefined;
}

/** What the stream says: some rows this person sees have changed, or the session no longer counts. */
export type StreamEvent = { readonly kind: "changed" } | { readonly kind: "signed-out" };

/** Styles that dialogs add at run time need the page's nonce. */
function lendNonce(): void {
  globalThis.__webpack_nonce__ ??= document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce;
}

interface Tab {
  readonly channel: BroadcastChannel;
  /** The snapshot this tab's page was first drawn from. */
  readonly drawn: string;
  readonly hear: (event: StreamEvent) => void;
  readonly signal: AbortSignal;
}

/** Holds the browser's one stream in one tab and passes what it says to the others; lives until the tab leaves. */
async function lead({ channel, drawn, hear, signal }: Tab): Promise<void> {
  if (signal.aborted) return;
  const source = new EventSource(`/api/stream?${new URLSearchParams({ drawn })}`);
  const tell = (event: StreamEvent) => {
    channel.postMessage(event);
    hear(event);
  };
  source.addEventListener("changed", () => tell({ kind: "changed" }));
  source.addEventListener("signed-out", () => {
    source.close();
    tell({ kind: "signed-out" });
  });
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => {
      source.close();
      resolve();
    });
  });
}

/**
 * Leads when no other tab does, else waits to. What changed before another's stream was heard here nobody says again, so such a tab
 * draws once; the stream itself says it to its own.
 */
async function follow(tab: Tab): Promise<void> {
  const lock = "charter-stream";
  await navigator.locks.request(lock, { ifAvailable: true }, (free) =>
    free === null ? tab.hear({ kind: "changed" }) : lead(tab),
  );
  if (!tab.signal.aborted) await navigator.locks.request(lock, { signal: tab.signal }, () => lead(tab));
}

/** The sign-in page that leads back to where this tab is. */
function signInAgain(): string {
  const { pathname, search } = window.location;
  return `/sign-in?${new URLSearchParams({ ended: "1", to: `${pathname}${search}` })}`;
}

/**
 * Draws the page anew, one drawing at a time: what changes during one is drawn once it is done. A navigation that is under way is
 * waited for too, so that a page with much going on cannot hold it back.
 */
function useDrawAnew(): () => void {
  const router = useRouter();
  const [drawing, start] = useTransition();
  const [busy, missed] = [useRef(false), useRef(false)];
  const draw = useCallback(() => {
    missed.current = busy.current;
    if (busy.current) return;
    busy.current = true;
    start(() => router.refresh());
  }, [router, busy, missed]);
  useEffect(() => {
    if (drawing) return;
    busy.current = false;
    if (missed.current) draw();
  }, [drawing, draw, busy, missed]);
  return draw;
}

/** Draws the page anew when something on it changed. One stream per browser, whatever the number of tabs. */
export function Live({ drawn }: { readonly drawn: string }) {
  const draw = useDrawAnew();
  const first = useRef(drawn);
  useEffect(() => {
    lendNonce();
    // From here on the page hears clicks and keys: who drives it by a program waits for this.
    document.documentElement.dataset.listens = "yes";
    const end = new AbortController();
    const channel = new BroadcastChannel("charter-stream");
    let due: ReturnType<typeof setTimeout> | undefined;
    const hear = (event: StreamEvent) => {
      if (event.kind === "signed-out") return window.location.assign(signInAgain());
      clearTimeout(due);
      due = setTimeout(draw, 60);
    };
    channel.onmessage = (message: MessageEvent<StreamEvent>) => hear(message.data);
    follow({ channel, drawn: first.current, hear, signal: end.signal }).catch(ignoreAbort);
    return () => {
      end.abort();
      clearTimeout(due);
      channel.close();
    };
  }, [draw]);
  return null;
}

/** The lock is given up when the tab leaves; anything else is a fault. */
function ignoreAbort(thrown: unknown): void {
  if (!(thrown instanceof DOMException) || thrown.name !== "AbortError") throw thrown;
}
