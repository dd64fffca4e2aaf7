import type { Tx } from "#db/client.ts";
import { readActiveBundle } from "#db/read/planning-facts.ts";
import { databaseClock } from "#db/store/audit.ts";
import { lockMark, moveMark, readNews } from "#db/store/news.ts";
import { insertNotices, type NewNotice, readNoticeChoices, readUntoldEndings } from "#db/store/notices.ts";
import { later } from "#lib/domain/instant.ts";
import { dueFor, type Notice, readChoice } from "#lib/domain/notice.ts";
import { endingNotices, noticesOf } from "#lib/domain/tell.ts";
import { figuresOf } from "#lib/policy/engine.ts";
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
  if (bundle === null || !tells(teller)) return 0;
  const { mail, webhooks } = teller.config;
  const webhook = mail === null ? (webhooks[0]?.name ?? null) : null;
  const before = { days: figuresOf(bundle).findings.expiringDays };
  let told = 0;
  for (let page = endings; page === endings; told += page) {
    page = await teller.db.transaction(async (tx) => {
      const now = await databaseClock(tx);
      const rows = await readUntoldEndings(tx, { now, before: later(now, before), limit: endings, webhook });
      await write(teller, tx, rows.flatMap(endingNotices));
      return rows.length;
    });
  }
  return told;
}

const tells = ({ config }: Teller): boolean => config.mail !== null || config.webhooks.length > 0;

async function write({ config, newId }: Teller, tx: Tx, told: readonly Notice[]): Promise<void> {
  const at = await databaseClock(tx);
  const people = [...new Set(told.flatMap(({ person }) => person ?? []))];
  const choices = await readNoticeChoices(tx, people);
  const rows = told.flatMap((notice): readonly NewNotice[] => {
    if (notice.person === null) {
      const hears = config.webhooks.filter(({ kinds }) => kinds.length === 0 || kinds.includes(notice.kind));
      return hears.map(({ name: webhook }) => ({ id: newId(), notice, webhook, at, dueAt: at }));
    }
    const dueAt = dueFor(notice.kind, readChoice(choices.get(notice.person)), at);
    return config.mail === null ? [] : [{ id: newId(), notice, webhook: null, at, dueAt }];
  });
  await insertNotices(tx, rows);
}
