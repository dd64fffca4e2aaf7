import type { Metadata } from "next";
import { cookies } from "next/headers";
import { Page } from "#components/frame/page.tsx";
import { asTheme } from "#components/frame/theme-name.ts";
import { Settings } from "#components/settings/settings.tsx";
import { readNoticeSettings } from "#db/read/notices.ts";
import { readKeySettings } from "#db/read/passkeys.ts";
import { openSessions } from "#db/read/session.ts";
import { hostActOf, type SearchParams, searchOf } from "#lib/web/address.ts";
import { person, reader } from "#lib/web/context.ts";
import { endSession } from "../../session-actions.ts";
import { chooseNotices, confirmKey, enrolKey, inviteToKey, revokeKey, signForHost } from "./actions.ts";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const me = await person();
  const { db, viewer } = await reader();
  const [sessions, notices, keys, jar, query] = await Promise.all([
    openSessions(db, viewer.id),
    readNoticeSettings(db, viewer),
    readKeySettings(db, viewer),
    cookies(),
    searchParams.then(searchOf),
  ]);
  const theme = asTheme(jar.get("charter-theme")?.value);
  const hostAct = hostActOf(query.get("sign"));
  const keyActions = { confirmKey, enrolKey, inviteToKey, revokeKey, signForHost };
  return (
    <Page crumbs={[{ title: "Settings" }]} narrow>
      <Settings person={me} {...{ sessions, theme, endSession, notices, chooseNotices, keys, keyActions, hostAct }} />
    </Page>
  );
}
