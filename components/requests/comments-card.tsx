"use client";
import { useState } from "react";
import { DifferenceList } from "#components/plan/differences.tsx";
import { Trouble } from "#components/trouble.tsx";
import { Person } from "#components/ui/avatar.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Textarea } from "#components/ui/input.tsx";
import { Time } from "#components/ui/time.tsx";
import { useAction } from "#components/use-action.ts";
import type { Difference } from "#lib/domain/diff.ts";
import type { Answer } from "#lib/web/action.ts";

export interface CommentLine {
  readonly id: string;
  readonly person: string;
  readonly text: string;
  readonly at: string;
  /** What a proposal (*ask for less*) would change; null for a plain remark. */
  readonly proposes: readonly Difference[] | null;
  /** The earlier version it was about; null when it is about the present one. */
  readonly stale: number | null;
}

type Comment = (input: { request: string; version: number; text: string }) => Promise<Answer<unknown>>;
type TakeOver = (input: { request: string; comment: string }) => Promise<Answer<unknown>>;

/** Remarks and proposals. The requester takes a proposal over in one click; it becomes the next version. */
export function CommentsCard(props: {
  readonly request: string;
  readonly version: number;
  readonly comments: readonly CommentLine[];
  readonly open: boolean;
  readonly mayTakeOver: boolean;
  readonly comment: Comment;
  readonly takeOver: TakeOver;
}) {
  const remark = useRemark(props);
  const writes = props.open || remark.text !== "" || remark.pending;
  if (!writes && props.comments.length === 0) return null;
  return (
    <Card title="Conversation" flush>
      <ul>
        {props.comments.map((line) => (
          <li key={line.id} className="border-b border-line px-4 py-2.5">
            <p className="flex flex-wrap items-center gap-x-2 text-sm">
              <Person name={line.person} />
              <span className="text-muted">
                {line.proposes ? "asks for less, " : ""}
                {line.stale === null ? "" : `on version ${line.stale}, `}
                <Time at={line.at} />
              </span>
            </p>
            <p dir="auto" className="mt-1 whitespace-pre-wrap break-words">
              {line.text}
            </p>
            {line.proposes ? <DifferenceList differences={line.proposes} /> : null}
            {line.proposes && line.stale === null && props.mayTakeOver ? (
              <TakeOverButton request={props.request} comment={line.id} takeOver={props.takeOver} />
            ) : null}
          </li>
        ))}
      </ul>
      {writes ? <CommentForm open={props.open} remark={remark} /> : null}
    </Card>
  );
}

function TakeOverButton({
  request,
  comment,
  takeOver,
}: {
  readonly request: string;
  readonly comment: string;
  readonly takeOver: TakeOver;
}) {
  const { run, pending, refusals, fault } = useAction(takeOver);
  return (
    <div className="mt-2 grid gap-2">
      <div>
        <Button look="primary" size="sm" pending={pending} onClick={() => void run({ request, comment })}>
          Take this over and submit
        </Button>
      </div>
      <Trouble refusals={refusals} fault={fault} />
    </div>
  );
}

interface About {
  readonly request: string;
  readonly version: number;
  readonly comment: Comment;
}

/** What is being written: kept until it is sent, also when the request is decided meanwhile. */
function useRemark({ request, version, comment }: About) {
  const [text, setText] = useState("");
  const { run, pending, refusals, fault } = useAction(comment);
  const send = async () => {
    if ((await run({ request, version, text })) !== null) setText("");
  };
  return { text, setText, send, pending, refusals, fault };
}

function CommentForm({ open, remark }: { readonly open: boolean; readonly remark: ReturnType<typeof useRemark> }) {
  const { text, setText, send, pending, refusals, fault } = remark;
  return (
    <div className="grid gap-2 px-4 py-3">
      <Textarea
        aria-label="Write to those who decide"
        placeholder="Write to those who decide"
        dir="auto"
        value={text}
        maxLength={2_000}
        onChange={(event) => setText(event.target.value)}
      />
      {open ? null : (
        <p role="status" className="text-sm text-muted">
          Nothing is left to decide here. What you send is still kept with the request.
        </p>
      )}
      <Trouble refusals={refusals} fault={fault} />
      <div>
        <Button size="sm" disabled={text.trim() === ""} pending={pending} onClick={() => void send()}>
          Send
        </Button>
      </div>
    </div>
  );
}
