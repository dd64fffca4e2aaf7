import type { Viewer } from "#lib/domain/actor.ts";
import type { Queries } from "../client.ts";
import { readNoticeSettings } from "./notices.ts";
import { readKeySettings } from "./passkeys.ts";
import { openSessions } from "./session.ts";
import { readDefaultView, readViews } from "./views.ts";

/** Everything that a person finds under Settings, all of it their own; for security also keys that wait for a signature. */
export async function readPersonal(db: Queries, viewer: Viewer) {
  const [sessions, notices, views, opensWith, keys] = await Promise.all([
    openSessions(db, viewer.id),
    readNoticeSettings(db, viewer),
    readViews(db, viewer),
    readDefaultView(db, viewer),
    readKeySettings(db, viewer),
  ]);
  return { sessions, notices, views, opensWith, keys };
}
