import type { Metadata } from "next";
import { cookies } from "next/headers";
import { Page } from "#components/frame/page.tsx";
import { asTheme } from "#components/frame/theme-name.ts";
import { Settings } from "#components/settings/settings.tsx";
import { readPersonal } from "#db/read/personal.ts";
import { hostActOf, type SearchParams, searchOf } from "#lib/web/address.ts";
import { person, reader } from "#lib/web/context.ts";
import { endSession } from "../../session-actions.ts";
import * as act from "./actions.ts";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const me = await person();
  const { db, viewer } = await reader();
  const { views, opensWith, ...settings } = await readPersonal(db, viewer);
  const { chooseNotices, openWith, forgetView } = act;
  const { confirmKey, enrolKey, inviteToKey, revokeKey, signForHost } = act;
  return (
    <Page crumbs={[{ title: "Settings" }]} narrow>
      <Settings
        {...settings}
        person={me}
        theme={asTheme((await cookies()).get("charter-theme")?.value)}
        hostAct={hostActOf(searchOf(await searchParams).get("sign"))}
        views={{ views, opensWith, openWith, forgetView }}
        keyActions={{ confirmKey, enrolKey, inviteToKey, revokeKey, signForHost }}
        {...{ endSession, chooseNotices }}
      />
    </Page>
  );
}
