import type { ReactNode } from "react";
import { Banner } from "#components/ui/banner.tsx";
import { Clock } from "#components/ui/clock.tsx";
import { TooltipProvider } from "#components/ui/tooltip.tsx";
import type { FrameState } from "#db/read/frame.ts";
import type { SessionPerson } from "#db/read/session.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { Live } from "./live.tsx";
import { menuOf } from "./menu.ts";
import { Palette } from "./palette.tsx";
import { PersonMenu } from "./person-menu.tsx";
import { Rail } from "./rail.tsx";
import { ThemeMenu } from "./theme.tsx";
import type { Theme } from "./theme-name.ts";
import { TopToolsProvider } from "./top-tools.tsx";

const roleWords = { security: "Security", operator: "Operator", auditor: "Auditor" } as const;

/** What a person is here, in a line: their roles, else their teams. */
export const whatIs = (person: SessionPerson): string =>
  person.roles.length > 0
    ? person.roles.map((role) => roleWords[role]).join(", ")
    : person.teamNames.join(", ") || "Requester";

/** The portal around every page: rail or bottom bar, banners, the one clock, the one stream. */
export function Frame(props: {
  readonly person: SessionPerson;
  readonly viewer: Viewer;
  readonly frame: FrameState;
  readonly demo: boolean;
  readonly theme: Theme;
  readonly folded: boolean;
  readonly signOut: (input: Record<string, never>) => Promise<unknown>;
  readonly children: ReactNode;
}) {
  const groups = menuOf(props.viewer, { approvals: props.frame.approvals });
  const what = whatIs(props.person);
  const tools = (
    <>
      <Palette pages={groups.flatMap((group) => group.entries)} />
      <ThemeMenu theme={props.theme} />
      <PersonMenu compact name={props.person.name} what={what} signOut={props.signOut} />
    </>
  );
  return (
    <Clock at={props.frame.now}>
      <TooltipProvider>
        <a
          href="#main"
          className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:rounded-md focus:bg-surface focus:px-3 focus:py-2 focus:shadow-float"
        >
          To the content
        </a>
        <div className="flex min-h-dvh pb-14 md:pb-0">
          <Rail
            groups={groups}
            collapsed={props.folded}
            person={<PersonMenu name={props.person.name} what={what} signOut={props.signOut} />}
          />
          <div className="min-w-0 flex-1">
            <Banners {...props} />
            <TopToolsProvider tools={tools}>{props.children}</TopToolsProvider>
          </div>
        </div>
        <Live />
      </TooltipProvider>
    </Clock>
  );
}

/** Only what is wrong for everyone, and what to do about it. */
function Banners({
  demo,
  frame,
  person,
}: {
  readonly demo: boolean;
  readonly frame: FrameState;
  readonly person: SessionPerson;
}) {
  return (
    <>
      {demo ? (
        <Banner tone="info">
          <b className="font-semibold">Demo.</b> Targets are simulated, people are examples.{" "}
          <a className="underline underline-offset-2" href="/sign-in?switch=1">
            View as someone else
          </a>
        </Banner>
      ) : null}
      {person.readOnly ? (
        <Banner tone="warn">
          You are signed in for reading only, because no worker could verify your sign-in. Sign in again once the worker
          runs.
        </Banner>
      ) : null}
      {frame.workerFresh ? null : (
        <Banner tone="bad">
          No worker has reported in the last 15 seconds. Requests are kept and go on once one runs.
        </Banner>
      )}
      {frame.lacking.length > 0 ? (
        <Banner tone="warn">
          {frame.lacking.join(", ")}: a check did not pass.{" "}
          <a className="underline underline-offset-2" href="/targets">
            See which right is missing
          </a>
        </Banner>
      ) : null}
    </>
  );
}
