import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { DemoBar } from "#components/demo/demo-bar.tsx";
import { asTourView } from "#components/demo/tour-view.ts";
import { Frame } from "#components/frame/frame.tsx";
import { asTheme } from "#components/frame/theme-name.ts";
import { person, reader } from "#lib/web/context.ts";
import { tour } from "#lib/web/desk/tour.ts";
import { sharedFrame } from "#lib/web/frame.ts";
import { checkAudit, killWorker, skipDays, tryToken } from "../desk-actions.ts";
import { signIn, signOut } from "../session-actions.ts";
import { approve } from "./approvals/actions.ts";

const demoActions = { signIn, approve, skipDays, killWorker, tryToken, checkAudit };

export default async function PortalLayout({ children }: { readonly children: ReactNode }) {
  const me = await person();
  const { viewer } = await reader();
  const [frame, jar, demo] = await Promise.all([sharedFrame(), cookies(), tour()]);
  const view = asTourView(jar.get("charter-tour")?.value);
  return (
    <Frame
      person={me}
      viewer={viewer}
      frame={frame}
      demo={demo ? <DemoBar tour={demo} me={me.name} actions={demoActions} view={view} /> : null}
      theme={asTheme(jar.get("charter-theme")?.value)}
      signOut={signOut}
      folded={jar.get("charter-rail")?.value === "folded"}
    >
      {children}
    </Frame>
  );
}
