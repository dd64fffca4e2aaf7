import { sql } from "drizzle-orm";
import type { Viewer } from "#lib/domain/actor.ts";
import { type NoticeChoice, readChoice } from "#lib/domain/notice.ts";
import type { Queries } from "../client.ts";
import { noticePreference } from "../store/notices.ts";
import { readPreference } from "../store/preferences.ts";

/** How a person is told, and whether a worker that lives sends mail at all. */
export interface NoticeSettings {
  readonly choice: NoticeChoice;
  readonly mailed: boolean;
}

export async function readNoticeSettings(db: Queries, viewer: Viewer): Promise<NoticeSettings> {
  const kept = await readPreference(db, { person: viewer.id, name: noticePreference });
  const [row] = await db.execute<{ mailed: boolean }>(sql`
    select coalesce(bool_or((public ->> 'mail')::boolean), false) as mailed from charter.workers
    where tenant = 'main' and heartbeat_at > clock_timestamp() - interval '15 seconds'`);
  return { choice: readChoice(kept), mailed: row?.mailed ?? false };
}
