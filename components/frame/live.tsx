"use client";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useTransition } from "react";
import { bePatient } from "./patient.ts";
import { followStream, type StreamEvent } from "./stream.ts";

declare global {
  var __webpack_nonce__: string | undefined;
}

/** Styles that dialogs add at run time need the page's nonce. */
function lendNonce(): void {
  globalThis.__webpack_nonce__ ??= document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce;
}

/** A pause, half as long again at most: what happens to many tabs is not asked for by all at once. */
const apart = (ms: number): number => ms * (1 + Math.random() / 2);

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
    bePatient(apart);
    // From here on the page hears clicks and keys: who drives it by a program waits for this.
    document.documentElement.dataset.listens = "yes";
    const end = new AbortController();
    const channel = new BroadcastChannel("charter-stream");
    let due: ReturnType<typeof setTimeout> | undefined;
    const hear = (event: StreamEvent) => {
      if (event.kind === "signed-out") return window.location.assign(signInAgain());
      clearTimeout(due);
      due = setTimeout(draw, apart(80));
    };
    channel.onmessage = (message: MessageEvent<StreamEvent>) => hear(message.data);
    followStream({ channel, apart, drawn: first.current, hear, signal: end.signal }).catch(ignoreAbort);
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
