"use client";
import { useState } from "react";
import { Trouble } from "#components/trouble.tsx";
import { Notice } from "#components/ui/banner.tsx";
import { Card } from "#components/ui/card.tsx";
import { Select } from "#components/ui/select.tsx";
import { useAction } from "#components/use-action.ts";
import type { Unsent } from "#db/read/notices.ts";
import {
  isPromised,
  type NoticeChoice,
  type NoticeKind,
  noticeKinds,
  noticeWords,
  type WayToTell,
  waysToTell,
  wayWords,
} from "#lib/domain/notice.ts";
import type { Answer } from "#lib/web/action.ts";

export type ChooseNotices = (input: { choice: NoticeChoice }) => Promise<Answer<null>>;

/** What reaches me by mail, and how soon. Kept as soon as it is chosen. */
export function NoticesCard(props: {
  readonly choice: NoticeChoice;
  /** False: this installation sends no mail. */
  readonly mailed: boolean;
  /** What did not go out, for who holds a role. */
  readonly unsent: Unsent | null;
  readonly chooseNotices: ChooseNotices;
}) {
  const [chosen, setChosen] = useState<NoticeChoice>({});
  const choice = { ...props.choice, ...chosen };
  const { run, refusals, fault } = useAction(props.chooseNotices);
  const choose = (kind: NoticeKind, way: WayToTell) => {
    setChosen((before) => ({ ...before, [kind]: way }));
    void run({ choice: { [kind]: way } });
  };
  return (
    <Card title="Mail" aside="kept as you choose">
      <div className="grid gap-4">
        {props.mailed ? null : (
          <Notice tone="info">
            This installation sends no mail yet. Its operator sets up a mail server for the worker.
          </Notice>
        )}
        {props.unsent === null || props.unsent.waiting + props.unsent.givenUp === 0 ? null : (
          <Notice tone="warn">{sayUnsent(props.unsent)}</Notice>
        )}
        <ul className="grid gap-2.5">
          {noticeKinds.map((kind) => (
            <li key={kind} className="grid gap-x-4 gap-y-1 md:grid-cols-[minmax(0,1fr)_auto] md:items-center">
              <label htmlFor={`notice-${kind}`}>{noticeWords[kind]}</label>
              {isPromised(kind) ? (
                <span className="text-xs text-muted">always, at once</span>
              ) : (
                <Select
                  id={`notice-${kind}`}
                  className="w-36"
                  value={choice[kind] ?? "at-once"}
                  onChange={(event) => choose(kind, waysToTell.find((way) => way === event.target.value) ?? "at-once")}
                  choices={waysToTell.map((way) => ({ value: way, label: wayWords[way] }))}
                />
              )}
            </li>
          ))}
        </ul>
        <Trouble refusals={refusals} fault={fault} />
      </div>
    </Card>
  );
}

const sayUnsent = ({ waiting, givenUp, fault }: Unsent): string =>
  `Of what everybody is told by mail and webhook, ${waiting} wait to be sent again and ${givenUp} were given up in the last 7 days. ${fault ?? ""}`.trim();
