import { sql } from "drizzle-orm";
import { seesEverything, type Viewer } from "#lib/domain/actor.ts";
import { type NoticeChoice, readChoice } from "#lib/domain/notice.ts";
import type { Queries } from "../client.ts";
import { noFault, noticePreference } from "../store/notices.ts";
import { readPreference } from "../store/preferences.ts";

/** How a person is told, and whether a worker that lives sends mail at all. */
export interface NoticeSettings {
  readonly choice: NoticeChoice;
  readonly mailed: boolean;
  /** What did not go out, of everybody; for who holds a role. */
  readonly unsent: Unsent | null;
}

/** Counted up to a cap. */
export interface Unsent {
  /** Tried, and to be tried again. */
  readonly waiting: number;
  /** Given up in the last seven days; not what was over or not wanted. */
  readonly givenUp: number;
  /** Why, of the newest that failed. */
  readonly fault: string | null;
}

export async function readNoticeSettings(db: Queries, viewer: Viewer): Promise<NoticeSettings> {
  const kept = await readPreference(db, { person: viewer.id, name: noticePreference });
  const [row] = await db.execute<{ mailed: boolean }>(sql`
    select coalesce(bool_or((public ->> 'mail')::boolean), false) as mailed from charter.workers
    where tenant = 'main' and heartbeat_at > clock_timestamp() - interval '15 seconds'`);
  const unsent = seesEverything(viewer) ? await readUnsent(db) : null;
  return { choice: readChoice(kept), mailed: row?.mailed ?? false, unsent };
}

const cap = 1_000;

async function readUnsent(db: Queries): Promise<Unsent> {
  const [row] = await db.execute<{ waiting: number; given_up: number; fault: string | null }>(sql`
    with waiting as materialized (
      select at, fault from charter.notices
      where tenant = 'main' and sent_at is null and given_up_at is null and fault is not null limit ${cap}),
    given_up as materialized (
      select at, fault from charter.notices
      where tenant = 'main' and given_up_at > charter.clock() - interval '7 days'
        and fault <> all (${sql.param([...noFault])}::text[]) limit ${cap})
    select (select count(*)::int from waiting) as waiting, (select count(*)::int from given_up) as given_up,
      (select fault from (table waiting union all table given_up) failed order by at desc limit 1) as fault`);
  return { waiting: row?.waiting ?? 0, givenUp: row?.given_up ?? 0, fault: row?.fault ?? null };
}
