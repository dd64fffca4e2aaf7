"use client";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { roleWords } from "#components/frame/roles.ts";
import { useTheme } from "#components/frame/theme.tsx";
import { type Theme, themes } from "#components/frame/theme-name.ts";
import { Trouble } from "#components/trouble.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Facts } from "#components/ui/facts.tsx";
import { PageHead } from "#components/ui/page-head.tsx";
import { Time } from "#components/ui/time.tsx";
import { useAction } from "#components/use-action.ts";
import type { NoticeSettings } from "#db/read/notices.ts";
import type { KeySettings } from "#db/read/passkeys.ts";
import type { OpenSession, SessionPerson } from "#db/read/session.ts";
import type { Answer } from "#lib/web/action.ts";
import { type HostAct, HostSignCard } from "./host-sign-card.tsx";
import type { KeyActions } from "./key-line.tsx";
import { KeysCard } from "./keys-card.tsx";
import { type ChooseNotices, NoticesCard } from "./notices-card.tsx";
import { ViewsCard, type ViewsCardProps } from "./views-card.tsx";

const words: { readonly [T in Theme]: string } = { system: "As the system", light: "Light", dark: "Dark" };

/** What is mine: who I am here, my passkeys, how it looks, where I am signed in. Security also vouches here for others' keys. */
export function Settings(props: {
  readonly person: SessionPerson;
  readonly sessions: readonly OpenSession[];
  readonly theme: Theme;
  readonly endSession: (input: { id: string }) => Promise<Answer<null>>;
  readonly notices: NoticeSettings;
  readonly chooseNotices: ChooseNotices;
  readonly views: ViewsCardProps;
  readonly keys: KeySettings;
  readonly keyActions: KeyActions;
  /** What a command on the worker's host waits for, where the address says so. */
  readonly hostAct: HostAct | null;
}) {
  return (
    <>
      <PageHead title="Settings">
        What is yours here: how you sign, how it looks, what you are told, where you are signed in.
      </PageHead>
      <div className="grid gap-4">
        {props.hostAct === null ? null : <HostSignCard act={props.hostAct} sign={props.keyActions.signForHost} />}
        <Card title="You">
          <Facts
            rows={[
              { label: "Name", value: <bdi>{props.person.name}</bdi> },
              { label: "Teams", value: props.person.teamNames.join(", ") || "none" },
              {
                label: "Roles",
                value: props.person.roles.map((role) => roleWords[role]).join(", ") || "none: you may request and own",
              },
            ]}
          />
        </Card>
        <KeysCard keys={props.keys} actions={props.keyActions} />
        <ThemeCard theme={props.theme} />
        <ViewsCard {...props.views} />
        <NoticesCard {...props.notices} chooseNotices={props.chooseNotices} />
        <Sessions sessions={props.sessions} current={props.person.session} endSession={props.endSession} />
      </div>
    </>
  );
}

function ThemeCard({ theme: initial }: { readonly theme: Theme }) {
  const [theme, choose] = useTheme(initial);
  return (
    <Card title="Theme" aside="kept in this browser">
      <fieldset className="flex flex-wrap gap-4">
        <legend className="sr-only">Theme</legend>
        {themes.map((name) => (
          <label key={name} className="flex items-center gap-2">
            <input
              type="radio"
              name="theme"
              value={name}
              checked={theme === name}
              onChange={() => choose(name)}
              className="accent-[var(--accent)]"
            />
            {words[name]}
          </label>
        ))}
      </fieldset>
    </Card>
  );
}

interface SessionsProps {
  readonly sessions: readonly OpenSession[];
  readonly current: string;
  readonly endSession: (input: { id: string }) => Promise<Answer<null>>;
}

function Sessions({ sessions, current, endSession }: SessionsProps) {
  const router = useRouter();
  const { run, pending, refusals, fault } = useAction(endSession);
  const end = async (id: string) => {
    await run({ id });
    router.refresh();
  };
  return (
    <Card title="Open sessions" aside="end after 30 minutes idle, 12 hours at most" flush>
      <ul>
        {sessions.map((session) => (
          <SessionLine key={session.id} session={session} here={session.id === current}>
            <Button size="sm" look="danger" pending={pending} onClick={() => void end(session.id)}>
              End<span className="sr-only"> the session on {browserOf(session.userAgent)}</span>
            </Button>
          </SessionLine>
        ))}
      </ul>
      <Trouble refusals={refusals} fault={fault} />
    </Card>
  );
}

function SessionLine(props: { readonly session: OpenSession; readonly here: boolean; readonly children: ReactNode }) {
  const { session } = props;
  return (
    <li className="flex items-center gap-x-3 border-b border-line px-4 py-2.5 last:border-b-0">
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-x-2">
          <span className="truncate">{browserOf(session.userAgent)}</span>
          {props.here ? <Badge>this browser</Badge> : null}
          {session.readOnly ? <Badge>reading only</Badge> : null}
        </span>
        <span className="block text-xs text-muted">
          signed in <Time at={session.createdAt} />, last seen <Time at={session.lastSeenAt} />
        </span>
      </span>
      {props.children}
    </li>
  );
}

/** "Firefox on Linux", from what the browser says of itself. */
function browserOf(userAgent: string): string {
  const browser = /Edg\//.test(userAgent)
    ? "Edge"
    : /Firefox\//.test(userAgent)
      ? "Firefox"
      : /Chrome\//.test(userAgent)
        ? "Chrome"
        : /Safari\//.test(userAgent)
          ? "Safari"
          : "A browser";
  const system = /Windows/.test(userAgent)
    ? "Windows"
    : /Android/.test(userAgent)
      ? "Android"
      : /iPhone|iPad/.test(userAgent)
        ? "iOS"
        : /Mac OS X/.test(userAgent)
          ? "macOS"
          : /Linux/.test(userAgent)
            ? "Linux"
            : "an unknown system";
  return `${browser} on ${system}`;
}
