import { setTimeout as pause } from "node:timers/promises";
import { databaseClock } from "#db/store/audit.ts";
import { markSent, markUnsent, type Outgoing, takeDue } from "#db/store/notices.ts";
import { nextTry } from "#lib/domain/notice.ts";
import { sendMail, Unsent } from "./mail.ts";
import { tellNews } from "./sweeps/tell.ts";
import { postNotice } from "./webhook.ts";
import type { Worker } from "./worker.ts";

const everyMs = 2_000;
/** Receivers served in one turn, and how long a taken notice is kept from other workers. */
const receivers = 20;
const leaseMs = 5 * 60_000;

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

/** Sends what is due, each receiver's mail in one; how many notices were taken. A failure of one keeps no other waiting. */
export async function sendDue(teller: Teller): Promise<number> {
  const due = await takeDue(teller.db, { receivers, leaseMs });
  const mail = Map.groupBy(
    due.filter(({ webhook }) => webhook === null),
    ({ person }) => person,
  );
  const posts = due.filter(({ webhook }) => webhook !== null).map((notice) => [notice]);
  await Promise.all([...mail.values(), ...posts].map((notices) => sendOne(teller, notices)));
  return due.length;
}

async function sendOne(teller: Teller, notices: readonly Outgoing[]): Promise<void> {
  const { db } = teller;
  try {
    await send(teller, notices);
    await markSent(
      db,
      notices.map(({ id }) => id),
      await databaseClock(db),
    );
  } catch (error) {
    if (!(error instanceof Unsent)) teller.log.fault("outbox", error);
    const now = await databaseClock(db);
    const fault = error instanceof Unsent ? error.message : "The worker met a fault that its log names.";
    const final = error instanceof Unsent && error.final;
    for (const { id, attempts } of notices)
      await markUnsent(db, id, { fault, now, again: final ? null : nextTry(attempts, now) });
  }
}

async function send({ config, now }: Teller, notices: readonly Outgoing[]): Promise<void> {
  const [first] = notices;
  if (first === undefined) return;
  const { mail, webhooks, publicUrl: portal } = config;
  if (first.webhook !== null) {
    const entry = webhooks.find(({ name }) => name === first.webhook);
    if (entry === undefined) throw new Unsent("The webhook is no longer configured.", true);
    return postNotice(entry, first, { portal, now: now() });
  }
  if (mail === null) throw new Unsent("Mail is no longer configured.", true);
  if (first.email === null) throw new Unsent("The person is no longer active here.", true);
  return sendMail(mail, { to: first.email, portal, notices });
}
