import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Busy, busy } from "./busy.ts";

/** What one web process takes on before it says no. */
export interface Limits {
  /** Requests that are being answered at once. */
  readonly requestsAtOnce: number;
  /** Calls of actions in a minute by one session, all at once if need be. */
  readonly callsAMinute: number;
}

interface Allowance {
  left: number;
  at: number;
}

/** What a process has in hand. */
export interface Load {
  answering: number;
  /** By the cookie's value; only this process's memory holds it. */
  readonly allowances: Map<string, Allowance>;
}
export const newLoad = (): Load => ({ answering: 0, allowances: new Map() });

const place = Symbol.for("charter.web.load");
/** One a process: the bundler may load this module more than once. */
export function load(): Load {
  const holder = globalThis as { [place]?: Load };
  holder[place] ??= newLoad();
  return holder[place];
}

interface Started {
  readonly request: Pick<IncomingMessage, "method" | "url" | "once">;
  readonly response: Pick<ServerResponse, "once">;
}

/** Counts every request of this process while it is answered. */
export const countRequests = (): void =>
  subscribe("http.server.request.start", (message) => count(load(), message as Started));

/**
 * What is open without being work does not count, so that nobody keeps others out by opening it: a stream, a file of the build
 * that is read slowly, a body that comes slowly.
 */
export function count(of: Load, { request, response }: Started): void {
  const path = request.url?.split("?")[0] ?? "";
  if (path === "/api/stream" || path.startsWith("/_next/")) return;
  let state: "coming" | "counted" | "closed" = "coming";
  const begin = () => {
    if (state !== "coming") return;
    state = "counted";
    of.answering += 1;
  };
  response.once("close", () => {
    if (state === "counted") of.answering -= 1;
    state = "closed";
  });
  if (request.method === "GET" || request.method === "HEAD") begin();
  else request.once("end", begin);
}

/** Said instead of beginning what would not be answered in time. The request that asks is one of those counted. */
export const whyNotNow = ({ answering }: Load, { requestsAtOnce }: Limits): Busy | null =>
  answering <= requestsAtOnce ? null : busy(503, 2);

/** More sessions than a process sees in a minute: beyond it, those whose allowance is whole again are forgotten, then all. */
const remembered = 10_000;

/** Takes one call of a session from its allowance; says no when there is none left. */
export function whyNoMore(of: Load, asked: { session: string; limits: Limits; now: number }): Busy | null {
  const { session, now } = asked;
  const whole = asked.limits.callsAMinute;
  const refilled = ({ left, at }: Allowance): number => Math.min(whole, left + ((now - at) / 60_000) * whole);
  if (!of.allowances.has(session) && of.allowances.size >= remembered) {
    for (const [key, one] of of.allowances) if (refilled(one) >= whole) of.allowances.delete(key);
    if (of.allowances.size >= remembered) of.allowances.clear();
  }
  const left = refilled(of.allowances.get(session) ?? { left: whole, at: now });
  if (left >= 1) {
    of.allowances.set(session, { left: left - 1, at: now });
    return null;
  }
  return busy(429, Math.ceil(((1 - left) * 60) / whole));
}
