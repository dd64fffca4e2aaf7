import type { Tx } from "#db/client.ts";
import { readActiveBundle } from "#db/read/planning-facts.ts";
import { databaseClock } from "#db/store/audit.ts";
import { lockMark, moveMark, readNews } from "#db/store/news.ts";
import {
  insertNotices,
  type NewNotice,
  pruneNotices,
  readNoticeChoices,
  readUntoldEndings,
} from "#db/store/notices.ts";
import { later } from "#lib/domain/instant.ts";
import { dueFor, type Notice, type NoticeKind, readChoice } from "#lib/domain/notice.ts";
import { endingNotices, noticesOf } from "#lib/domain/tell.ts";
import { figuresOf } from "#lib/policy/engine.ts";
import type { WebhookEntry } from "../config.ts";
import type { Worker } from "../worker.ts";

/** Leaves of the audit log looked at in one transaction, and endings written in one. */
const leaves = 1_000;
const endings = 200;

/** What decides who is told: the configured ways, and ids. */
type Teller = Pick<Worker, "db" | "config" | "newId">;

/**
 * Writes what people and systems are to be told of the audit log's sealed entries since last time: each entry once, whatever
 * crashes, because the mark moves in the same transaction. How many entries it looked at.
 */
export async function tellNews(teller: Teller): Promise<number> {
  return teller.db.transaction(async (tx) => {
    const untold = await lockMark(tx);
    if (untold === null) return 0;
    const to = Math.min(untold.from + leaves, untold.size);
    if (tells(teller)) {
      const news = await readNews(tx, { from: untold.from, to });
      await write(teller, tx, news.flatMap(noticesOf));
    }
    await moveMark(tx, to);
    return to - untold.from;
  });
}

/** Writes what is to be told of identities whose end comes near by policy's figure; how many. */
export async function tellEndings(teller: Teller): Promise<number> {
  const bundle = await readActiveBundle(teller.db);
  const { mail, webhooks } = teller.config;
  const webhook = mail === null ? (webhooks.find((entry) => hears(entry, "ending"))?.name ?? null) : null;
  if (bundle === null || (mail === null && webhook === null)) return 0;
  const before = { days: figuresOf(bundle).findings.expiringDays };
  let told = 0;
  // A page that writes nothing ends it too: its rows would come back for ever.
  for (let page = endings, written = 1; page === endings && written > 0; told += page) {
    [page, written] = await teller.db.transaction(async (tx) => {
      const now = await databaseClock(tx);
      const rows = await readUntoldEndings(tx, { now, before: later(now, before), limit: endings, webhook });
      return [rows.length, await write(teller, tx, rows.flatMap(endingNotices))] as const;
    });
  }
  return told;
}

/** Days for which it is kept what was told: longer than an end is told of ahead, so that nothing is told twice. */
const keptDays = 400;

/** Forgets what was told, or given up, long ago; how many. */
export const forgetTold = async ({ db }: Pick<Worker, "db">): Promise<number> =>
  pruneNotices(db, later(await databaseClock(db), { days: -keptDays }));

const hears = ({ kinds }: WebhookEntry, kind: NoticeKind): boolean => kinds.length === 0 || kinds.includes(kind);
const tells = ({ config }: Teller): boolean => config.mail !== null || config.webhooks.length > 0;

/** How many were not written before. */
async function write({ config, newId }: Teller, tx: Tx, told: readonly Notice[]): Promise<number> {
  const at = await databaseClock(tx);
  const people = [...new Set(told.flatMap(({ person }) => person ?? []))];
  const choices = await readNoticeChoices(tx, people);
  const rows = told.flatMap((notice): readonly NewNotice[] => {
    if (notice.person === null) {
      const told = config.webhooks.filter((entry) => hears(entry, notice.kind));
      return told.map(({ name: webhook }) => ({ id: newId(), notice, webhook, at, dueAt: at }));
    }
    const dueAt = dueFor(notice.kind, readChoice(choices.get(notice.person)), at);
    return config.mail === null ? [] : [{ id: newId(), notice, webhook: null, at, dueAt }];
  });
  return insertNotices(tx, rows);
}
