"use client";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import type { ToSign } from "#lib/claims/signing.ts";
import type { Answer } from "#lib/web/action.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { troubleOf, useAction } from "../use-action.ts";

/** Runs a verb with one request id for the dialog's life, so that a double click is one request. */
export function useVerb<Input extends { readonly id: string }>(
  act: (input: Input) => Promise<Answer<{ readonly id: string } | ToSign>>,
) {
  const router = useRouter();
  const [id] = useState(() => crypto.randomUUID());
  const action = useAction(act);
  const send = async (make: (id: string) => Input) => {
    const done = await action.run(make(id));
    if (done !== null) router.push(`/requests/${done.ok.id}`);
  };
  const { pending, refusals, fault } = action;
  return { send, pending, refusals, fault, trouble: troubleOf(action) };
}

/** A verb's dialog: what it does, its fields, and the button that asks for it. */
export function Ask(props: {
  readonly title: string;
  readonly sentence: string;
  readonly verb: string;
  readonly look: "primary" | "danger";
  readonly close: () => void;
  readonly pending: boolean;
  readonly ready: boolean;
  readonly send: () => void;
  readonly children: ReactNode;
}) {
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : props.close())}
      title={props.title}
      sentence={props.sentence}
      foot={
        <>
          <Button onClick={props.close}>Cancel</Button>
          <Button look={props.look} pending={props.pending} disabled={!props.ready} onClick={props.send}>
            {props.verb}
          </Button>
        </>
      }
    >
      {props.children}
    </Dialog>
  );
}
