import { setTimeout as pause } from "node:timers/promises";
import type { Ground } from "./ground.ts";
import { type Book, type Filled, fill, isShed, look, send, submit } from "./traffic.ts";

/** Far more at once than the web takes on. */
const lookers = 200;
const forms = 40;
const lastsMs = 6_000;
/** They come within this, not all in one instant: the system's own queue of connections is not what is tried. */
const comingMs = 1_000;
/** Whoever is sent away comes back after so long; the answer asks for twice that. */
const comingBackMs = 1_000;
/** What counts as well again: so many pages one after another, each within this. */
const pagesInARow = 5;
const withinMs = 2_000;
const givenUpMs = 60_000;

export interface Burst {
  readonly shed: number;
  readonly answered: number;
  /** From the end of the burst until pages come as before. */
  readonly recoveredMs: number;
}

/**
 * Two hundred who look again as soon as they are answered, for six seconds, and forty forms that are sent in the midst of it.
 * What is sent away is counted; a form that was sent away was not taken, and must then be nowhere.
 */
export async function burst(ground: Ground, book: Book): Promise<Burst> {
  const filled: Filled[] = [];
  for (let turn = 0; turn < forms; turn += 1) {
    const one = await fill(ground, turn, `soak-burst-${String(turn).padStart(3, "0")}`);
    if (one !== null) filled.push(one);
  }
  const before = { reads: book.reads, submits: book.submits, shed: book.shed };
  const until = performance.now() + lastsMs;
  const looking = Array.from({ length: lookers }, async (_, place) => {
    await pause((comingMs * place) / lookers);
    for (let turn = place; performance.now() < until; turn += lookers) {
      const answered = await look(ground, book, turn);
      if (isShed(answered)) await pause(comingBackMs);
    }
  });
  await pause(lastsMs / 2);
  const over = pause(Math.max(0, until - performance.now())).then(() => recovery(ground));
  const [recoveredMs] = await Promise.all([over, ...looking, ...filled.map((one) => submit(ground, book, one))]);
  const shed = book.shed - before.shed;
  return { shed, answered: book.reads - before.reads + book.submits - before.submits - shed, recoveredMs };
}

async function recovery(ground: Ground): Promise<number> {
  const began = performance.now();
  let row = 0;
  let first = began;
  while (row < pagesInARow && performance.now() - began < givenUpMs) {
    const asked = performance.now();
    const { status } = await send(ground, { path: "/requests", session: ground.sessions.security });
    const well = status === 200 && performance.now() - asked < withinMs;
    if (!well) {
      row = 0;
      await pause(100);
      continue;
    }
    if (row === 0) first = performance.now();
    row += 1;
  }
  return Math.round((row < pagesInARow ? performance.now() : first) - began);
}
