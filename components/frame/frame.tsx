import type { ReactNode } from "react";
import { Signing } from "#components/signing/signing.tsx";
import { Clock } from "#components/ui/clock.tsx";
import type { FrameState } from "#db/read/frame.ts";
import type { SessionPerson } from "#db/read/session.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { Banners } from "./banners.tsx";
import { Live } from "./live.tsx";
import { menuOf } from "./menu.ts";
import { Palette } from "./palette.tsx";
import { PersonMenu } from "./person-menu.tsx";
import { Rail } from "./rail.tsx";
import { roleWords } from "./roles.ts";
import { ThemeMenu } from "./theme.tsx";
import type { Theme } from "./theme-name.ts";
import { TopToolsProvider } from "./top-tools.tsx";

/** What a person is here, in a line: their roles, else their teams. */
const whatIs = (person: SessionPerson): string =>
  person.roles.length > 0
    ? person.roles.map((role) => roleWords[role]).join(", ")
    : person.teamNames.join(", ") || "Requester";

interface FrameProps {
  readonly person: SessionPerson;
  readonly viewer: Viewer;
  readonly frame: FrameState;
  /** The demo's own line; null in any other installation. */
  readonly demo: ReactNode;
  readonly theme: Theme;
  readonly folded: boolean;
  readonly signOut: (input: Record<string, never>) => Promise<unknown>;
  readonly children: ReactNode;
}

/** The portal around every page: rail or bottom bar, banners, the one clock, the one stream. */
export function Frame(props: FrameProps) {
  const groups = menuOf(props.viewer, { approvals: props.frame.approvals, attestations: props.frame.questions });
  const me = { name: props.person.name, what: whatIs(props.person), signOut: props.signOut };
  const tools = (
    <>
      <Palette pages={groups.flatMap((group) => group.entries)} />
      <ThemeMenu theme={props.theme} />
      <PersonMenu compact {...me} />
    </>
  );
  return (
    <Clock at={props.frame.now}>
      <SkipLink />
      <div className="flex min-h-dvh pb-14 md:pb-0">
        <Rail groups={groups} collapsed={props.folded} person={<PersonMenu {...me} />} />
        <div className="min-w-0 flex-1">
          <Banners demo={props.demo} frame={props.frame} readOnly={props.person.readOnly} />
          <TopToolsProvider tools={tools}>
            <Signing>{props.children}</Signing>
          </TopToolsProvider>
        </div>
      </div>
      <Live drawn={props.person.snapshot} />
    </Clock>
  );
}

const SkipLink = () => (
  <a
    href="#main"
    className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:rounded-md focus:bg-surface focus:px-3 focus:py-2 focus:shadow-float"
  >
    To the content
  </a>
);
