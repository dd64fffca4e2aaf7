import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { Frame } from "#components/frame/frame.tsx";
import { asTheme } from "#components/frame/theme-name.ts";
import { readFrame } from "#db/read/frame.ts";
import { person, reader } from "#lib/web/context.ts";
import { settings } from "#lib/web/settings.ts";
import { signOut } from "../session-actions.ts";

export default async function PortalLayout({ children }: { readonly children: ReactNode }) {
  const me = await person();
  const { db, viewer } = await reader();
  const [frame, jar] = await Promise.all([readFrame(db, viewer), cookies()]);
  return (
    <Frame
      person={me}
      viewer={viewer}
      frame={frame}
      demo={settings().demo}
      theme={asTheme(jar.get("charter-theme")?.value)}
      signOut={signOut}
      folded={jar.get("charter-rail")?.value === "folded"}
    >
      {children}
    </Frame>
  );
}
