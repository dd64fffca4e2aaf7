import type { Metadata } from "next";
import { cookies } from "next/headers";
import { Page } from "#components/frame/page.tsx";
import { asTheme } from "#components/frame/theme-name.ts";
import { Settings } from "#components/settings/settings.tsx";
import { readNoticeSettings } from "#db/read/notices.ts";
import { openSessions } from "#db/read/session.ts";
import { readDefaultView, readViews } from "#db/read/views.ts";
import { person, reader } from "#lib/web/context.ts";
import { endSession } from "../../session-actions.ts";
import { chooseNotices, forgetView, openWith } from "./actions.ts";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage() {
  const me = await person();
  const { db, viewer } = await reader();
  const [sessions, notices, views, opensWith, jar] = await Promise.all([
    openSessions(db, viewer.id),
    readNoticeSettings(db, viewer),
    readViews(db, viewer),
    readDefaultView(db, viewer),
    cookies(),
  ]);
  return (
    <Page crumbs={[{ title: "Settings" }]} narrow>
      <Settings
        person={me}
        sessions={sessions}
        theme={asTheme(jar.get("charter-theme")?.value)}
        endSession={endSession}
        notices={notices}
        chooseNotices={chooseNotices}
        views={{ views, opensWith, openWith, forgetView }}
      />
    </Page>
  );
}
