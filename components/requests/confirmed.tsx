"use client";
import { useState } from "react";
import { Trouble } from "#components/trouble.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { useAction } from "#components/use-action.ts";
import type { Answer } from "#lib/web/action.ts";

/** A verb on a request: what it takes, and what comes back. */
export type RequestVerb = (input: { request: string }) => Promise<Answer<unknown>>;

/** A verb that ends a request, asked once more in a dialog that says what will become of it. */
export function Confirmed(props: {
  readonly request: string;
  readonly verb: string;
  /** Names the button where several of its verb stand on one page. */
  readonly label?: string;
  readonly size?: "sm" | "md";
  readonly title: string;
  readonly sentence: string;
  readonly confirm: string;
  readonly act: RequestVerb;
}) {
  const [open, setOpen] = useState(false);
  const { run, pending, refusals, fault } = useAction(props.act);
  const confirm = async () => {
    if ((await run({ request: props.request })) !== null) setOpen(false);
  };
  return (
    <>
      <Button look="danger" size={props.size} aria-label={props.label} onClick={() => setOpen(true)}>
        {props.verb}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={props.title}
        sentence={props.sentence}
        foot={
          <>
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <Button look="danger" pending={pending} onClick={() => void confirm()}>
              {props.confirm}
            </Button>
          </>
        }
      >
        <Trouble refusals={refusals} fault={fault} />
      </Dialog>
    </>
  );
}
