import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Answers } from "#lib/domain/answers.ts";
import { actions } from "#test/security/http-entries.ts";
import { callOf, type Received, type Sent, sightOf, verdictOf } from "#test/security/http-portal.ts";
import { role, user } from "../bench/asking.ts";
import type { Ground } from "./ground.ts";

/** One request that was submitted, and whether the portal has said that it took it. */
export interface Asked {
  readonly id: string;
  readonly name: string;
  readonly kind: "role" | "user";
  taken: boolean;
}

/** What the traffic has come to. */
export class Book {
  reads = 0;
  failedReads = 0;
  /** Of those, while PostgreSQL was away or had just come back. */
  failedWhileAway = 0;
  shed = 0;
  submits = 0;
  readonly asked: Asked[] = [];
  /** What else failed, and how often. */
  readonly failures = new Map<string, number>();
  /** When PostgreSQL was last away, by `performance.now()`. */
  away: { readonly from: number; readonly to: number } | null = null;

  failed(what: string, asked: number): void {
    this.failedReads += 1;
    if (this.away !== null && asked < this.away.to && performance.now() > this.away.from) this.failedWhileAway += 1;
    else this.failures.set(what, (this.failures.get(what) ?? 0) + 1);
  }
}

/** Longer than anyone waits for a page. */
const patience = 30_000;

/** Sends it; what went wrong on the wire comes back as a status of 0. */
export async function send({ web }: Ground, sent: Sent): Promise<Received> {
  const failed = (text: string): Received => ({ status: 0, headers: {}, text });
  const late = new AbortController();
  const limit = pause(patience, failed("no answer"), { signal: late.signal }).catch(() => failed("no answer"));
  return Promise.race([web.send(sent).catch((error: Error) => failed(error.message)), limit]).finally(() =>
    late.abort(),
  );
}

export const isShed = ({ status }: Received): boolean => status === 429 || status === 503;

const pages = ["/", "/requests", "/identities", "/findings", "/identities?q=soak", "/requests/new"];
const files = ["/api/identities/export?as=json", "/api/findings/export", "/api/search?q=soak"];

/** What somebody may look at next. */
function nextLook(ground: Ground, book: Book, turn: number): { readonly path: string; readonly session: string } {
  const { requesters, security } = ground.sessions;
  const session = requesters[turn % requesters.length] ?? security;
  if (turn % 40 === 39) return { path: "/api/audit/export", session: security };
  if (turn % 10 === 9) return { path: files[((turn / 10) % files.length) | 0] ?? "/", session };
  const known = book.asked[(turn * 7) % Math.max(book.asked.length, 1)];
  if (turn % 10 === 4 && known?.taken) return { path: `/requests/${known.id}`, session };
  if (turn % 10 === 7 && known?.taken) return { path: `/identities/${known.id}`, session };
  return { path: pages[turn % pages.length] ?? "/", session };
}

/** One look. An identity that does not stand yet is not there, and that is no failure. */
export async function look(ground: Ground, book: Book, turn: number): Promise<Received> {
  const { path, session } = nextLook(ground, book, turn);
  const asked = performance.now();
  const received = await send(ground, { path, session });
  book.reads += 1;
  if (isShed(received)) book.shed += 1;
  else {
    const sight = sightOf(received);
    if (sight !== "shown" && !(sight === "not-found" && path.startsWith("/identities/")))
      book.failed(`${path.replace(/[0-9a-f-]{36}/, "ID")}: ${received.status === 0 ? received.text : sight}`, asked);
  }
  return received;
}

const actionNamed = (name: string) => {
  const found = actions().find((one) => one.name === `(portal)/requests ${name}`);
  if (found === undefined) throw new Error(`The build has no action ${name}.`);
  return found;
};

/** A request that somebody has filled in and looked at, and not sent yet. */
export interface Filled extends Asked {
  readonly answers: Answers;
  readonly planDigest: string;
  readonly session: string;
}

/** Fills in the form and looks at the plan; null when the portal did not show one. */
export async function fill(ground: Ground, turn: number, name: string): Promise<Filled | null> {
  const kind = turn % 2 === 0 ? "user" : "role";
  const answers = kind === "user" ? user(name, ground.service) : role(name);
  const session = ground.sessions.requesters[turn % ground.sessions.requesters.length] ?? "";
  const id = randomUUID();
  const shown = await send(ground, callOf({ ...actionNamed("preview"), input: { id, answers }, session }));
  const planDigest = /"planDigest":"([0-9a-f]{64})"/.exec(shown.text)?.[1];
  return planDigest === undefined ? null : { id, name, kind, answers, planDigest, session, taken: false };
}

/** Sends it once; every twelfth twice at once, as a double-click does. */
export async function submit(ground: Ground, book: Book, one: Filled): Promise<void> {
  const { id, answers, planDigest, session } = one;
  const call = callOf({ ...actionNamed("submit"), input: { id, answers, planDigest }, session });
  if (!book.asked.some((known) => known.id === id)) book.asked.push(one);
  const times = book.asked.length % 12 === 0 ? 2 : 1;
  const answered = await Promise.all(Array.from({ length: times }, () => send(ground, call)));
  for (const received of answered) {
    book.submits += 1;
    if (isShed(received)) book.shed += 1;
    if (verdictOf(received) === "taken") one.taken = true;
  }
}

/** What people do until they are told to stop. */
export function people(ground: Ground, book: Book, of: { readers: number; askers: number; end: AbortSignal }) {
  const reading = Array.from({ length: of.readers }, async (_, place) => {
    for (let turn = place * 13; !of.end.aborted; turn += 1) {
      await look(ground, book, turn);
      await pause(250);
    }
  });
  const asking = Array.from({ length: of.askers }, async (_, place) => {
    for (let turn = 0; !of.end.aborted; turn += 1) {
      const one = await fill(ground, turn + place, `soak-${place}-${String(turn).padStart(4, "0")}`);
      // Whoever gets no answer sends the same form again, as its button does.
      for (let tries = 0; one !== null && !one.taken && tries < 5; tries += 1) {
        await submit(ground, book, one);
        if (!one.taken) await pause(1_000);
      }
      await pause(1_500);
    }
  });
  return Promise.all([...reading, ...asking]);
}
