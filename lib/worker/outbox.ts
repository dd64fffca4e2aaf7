import { setTimeout as pause } from "node:timers/promises";
import { databaseClock } from "#db/store/audit.ts";
import { markSent, markUnsent, type Outgoing, putBack, takeDue, wasOver } from "#db/store/notices.ts";
import { nextTry } from "#lib/domain/notice.ts";
import { sendMail, Unsent } from "./mail.ts";
import { tellNews } from "./sweeps/tell.ts";
import { postNotice, Unreached } from "./webhook.ts";
import type { Worker } from "./worker.ts";

const everyMs = 2_000;
/** Receivers served in one turn, and how long a taken notice is kept from other workers. */
const receivers = 20;
const leaseMs = 5 * 60_000;
/** Posts to one system at a time. */
const postsAtOnce = 4;
/** How long what waits for a system that was not reached is left alone. */
const awayMs = 60_000;

type Teller = Pick<Worker, "db" | "config" | "newId" | "log" | "now">;

/** Writes and sends what people and systems are told, until the signal. */
export async function runOutbox(
  teller: Teller,
  of: { readonly signal: AbortSignal; halted(): boolean },
): Promise<void> {
  while (!of.signal.aborted) {
    try {
      if (!of.halted()) {
        while ((await tellNews(teller)) > 0 && !of.signal.aborted);
        while ((await sendDue(teller)) > 0 && !of.signal.aborted);
      }
    } catch (error) {
      teller.log.fault("outbox", error);
    }
    await pause(everyMs, undefined, { signal: of.signal }).catch(() => undefined);
  }
}

/**
 * Sends what is due, each receiver's mail in one; how many notices were taken. A failure of one keeps no other waiting. What a person
 * need not be told any more is given up with that reason.
 */
export async function sendDue(teller: Teller): Promise<number> {
  const taken = await takeDue(teller.db, { receivers, leaseMs });
  const passed = taken.filter(({ over }) => over);
  await giveUp(teller, passed, wasOver);
  const due = taken.filter(({ over }) => !over);
  const mail = Map.groupBy(
    due.filter(({ webhook }) => webhook === null),
    ({ person }) => person,
  );
  const posts = Map.groupBy(
    due.filter(({ webhook }) => webhook !== null),
    ({ webhook }) => webhook,
  );
  await Promise.all([
    ...[...mail.values()].map((notices) => sendOne(teller, notices)),
    ...[...posts.values()].map((notices) => postAll(teller, notices)),
  ]);
  return taken.length;
}

async function giveUp({ db }: Teller, notices: readonly Outgoing[], fault: string): Promise<void> {
  const ids = notices.map(({ id }) => id);
  if (ids.length > 0) await markUnsent(db, ids, { fault, again: null, now: await databaseClock(db) });
}

/** Posts to one system, a few at a time. Once it is not reached, the rest waits for a later turn instead of five seconds each. */
async function postAll(teller: Teller, notices: readonly Outgoing[]): Promise<void> {
  const left = [...notices];
  let away: string | null = null;
  const post = async () => {
    for (let next = left.shift(); next !== undefined; next = away === null ? left.shift() : undefined) {
      const error = await sendOne(teller, [next]);
      if (error instanceof Unreached) away = error.message;
    }
  };
  await Promise.all(Array.from({ length: postsAtOnce }, post));
  if (away === null || left.length === 0) return;
  const ids = left.map(({ id }) => id);
  const again = new Date((await databaseClock(teller.db)).getTime() + awayMs);
  await putBack(teller.db, ids, { fault: away, again });
}

/** Null once it was sent; else why not, which is kept. */
async function sendOne(teller: Teller, notices: readonly Outgoing[]): Promise<unknown> {
  const { db } = teller;
  const ids = notices.map(({ id }) => id);
  try {
    await send(teller, notices);
    await markSent(db, ids, await databaseClock(db));
    return null;
  } catch (error) {
    if (!(error instanceof Unsent)) teller.log.fault("outbox", error);
    const now = await databaseClock(db);
    const fault = error instanceof Unsent ? error.message : "The worker met a fault that its log names.";
    const failing = error instanceof Unsent ? error.failing : "put-off";
    for (const { id, attempts, promised } of notices)
      await markUnsent(db, [id], { fault, now, again: nextTry(attempts, { now, promised, failing }) });
    return error;
  }
}

async function send({ config, now }: Teller, notices: readonly Outgoing[]): Promise<void> {
  const [first] = notices;
  if (first === undefined) return;
  const { mail, webhooks, publicUrl: portal } = config;
  if (first.webhook !== null) {
    const entry = webhooks.find(({ name }) => name === first.webhook);
    if (entry === undefined) throw new Unsent("The webhook is no longer configured.", "nobody");
    return postNotice(entry, first, { portal, now: now() });
  }
  if (mail === null) throw new Unsent("Mail is no longer configured.", "refused");
  if (first.email === null) throw new Unsent("The person is no longer active here.", "nobody");
  return sendMail(mail, { to: first.email, portal, notices });
}
