"use client";
import { useRouter } from "next/navigation";
import { type ReactNode, useState, useTransition } from "react";
import type { Answer } from "#lib/web/action.ts";
import { useHold } from "../ui/held.tsx";
import { useKeys } from "../use-keys.ts";
import { AskForLess } from "./ask-for-less.tsx";
import { type Choice, Choices } from "./choices.tsx";
import type { Deciding } from "./deciding.ts";
import { type Said, Say } from "./say.tsx";

type Seen = { readonly request: string; readonly version: number; readonly planDigest: string };
type Verdict = Seen & { stage: number; reason: string } & Pick<Said, "assertion">;
export interface DecideActions {
  readonly approve: (input: Verdict) => Promise<Answer<unknown>>;
  readonly deny: (input: Verdict) => Promise<Answer<unknown>>;
  readonly ask: (input: Seen & { text: string }) => Promise<Answer<unknown>>;
  readonly askForLess: (
    input: Seen & { text: string; drop: string[]; endsAt: string | null },
  ) => Promise<Answer<unknown>>;
}

/** Verbs with their keys: `a d ? s` act, `j k` move. A red reason turns approving into a question with a reason. */
export function Decide(props: {
  readonly request: Deciding;
  readonly queue: readonly string[];
  readonly red: boolean;
  readonly actions: DecideActions;
  readonly remark: ReactNode;
}) {
  const [open, setOpen] = useState<Choice | null>(null);
  const [leaving, leave] = useTransition();
  const router = useRouter();
  // Until the next one is there, no third takes its place.
  useHold(leaving);
  const at = props.queue.indexOf(props.request.id);
  const go = (to: number) => {
    const id = props.queue[to];
    if (id !== undefined) router.push(`/approvals?r=${id}`, { scroll: false });
  };
  const verbs = {
    a: () => setOpen("approve"),
    d: () => setOpen("deny"),
    s: () => setOpen("less"),
    "?": () => setOpen("ask"),
  };
  useKeys(leaving ? {} : verbs, { j: () => go(at + 1), k: () => go(at - 1) });
  const done = () => {
    setOpen(null);
    const next = props.queue[at + 1] ?? props.queue[at - 1];
    leave(() => {
      router.replace(next === undefined ? "/approvals" : `/approvals?r=${next}`, { scroll: false });
      router.refresh();
    });
  };
  const seen = { request: props.request.id, version: props.request.version, planDigest: props.request.planDigest };
  return (
    <>
      <p className="basis-full text-xs whitespace-nowrap text-muted md:order-last md:ml-auto md:basis-auto">
        {props.remark}
      </p>
      <Choices red={props.red} choose={setOpen} />
      <Say
        open={open === "approve"}
        close={() => setOpen(null)}
        title={`Approve ${props.request.name}`}
        sentence="Your approval binds exactly the version shown. Any edit voids it."
        label={props.red ? "Why it is right in spite of the red reason" : "Remark (optional)"}
        required={props.red}
        verb="Approve"
        look="primary"
        act={({ text: reason, ...signed }) =>
          props.actions.approve({ ...seen, stage: props.request.stage, reason, ...signed })
        }
        done={done}
      />
      <Say
        open={open === "deny"}
        close={() => setOpen(null)}
        title={`Deny ${props.request.name}`}
        sentence="A denial settles it for everyone. The requester reads your reason."
        label="Reason"
        required
        verb="Deny"
        look="danger"
        act={({ text: reason, ...signed }) =>
          props.actions.deny({ ...seen, stage: props.request.stage, reason, ...signed })
        }
        done={done}
      />
      <Say
        open={open === "ask"}
        close={() => setOpen(null)}
        title={`Ask about ${props.request.name}`}
        sentence="The requester reads it on the request's page. The deadline goes on."
        label="Question"
        required
        verb="Ask"
        look="primary"
        act={({ text }) => props.actions.ask({ ...seen, text })}
        done={() => {
          setOpen(null);
          router.refresh();
        }}
      />
      <AskForLess
        open={open === "less"}
        close={() => setOpen(null)}
        request={props.request}
        act={(input) => props.actions.askForLess({ ...seen, ...input })}
        done={() => {
          setOpen(null);
          router.refresh();
        }}
      />
    </>
  );
}
