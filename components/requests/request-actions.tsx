"use client";
import { PenLine } from "lucide-react";
import { useState } from "react";
import { Trouble } from "#components/trouble.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { useAction } from "#components/use-action.ts";
import type { Answer } from "#lib/web/action.ts";

export interface RequestVerbs {
  readonly withdraw: (input: { request: string }) => Promise<Answer<unknown>>;
}

/** What this person may do with the request; verbs that are not theirs are absent. */
export function RequestActions(props: {
  readonly request: string;
  readonly name: string;
  readonly may: { readonly withdraw: boolean; readonly edit: boolean };
  readonly verbs: RequestVerbs;
}) {
  const { may } = props;
  return (
    <>
      {may.edit ? (
        <LinkButton href={`/requests/new?edit=${props.request}`}>
          <PenLine aria-hidden />
          Edit
        </LinkButton>
      ) : null}
      {may.withdraw ? <Withdraw request={props.request} name={props.name} withdraw={props.verbs.withdraw} /> : null}
    </>
  );
}

function Withdraw({
  request,
  name,
  withdraw,
}: {
  readonly request: string;
  readonly name: string;
  readonly withdraw: RequestVerbs["withdraw"];
}) {
  const [open, setOpen] = useState(false);
  const { run, pending, refusals, fault } = useAction(withdraw);
  const confirm = async () => {
    if ((await run({ request })) !== null) setOpen(false);
  };
  return (
    <>
      <Button look="danger" onClick={() => setOpen(true)}>
        Withdraw
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Withdraw ${name}?`}
        sentence="Nothing will be created. Verdicts given so far end with it; the record stays."
        foot={
          <>
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <Button look="danger" pending={pending} onClick={() => void confirm()}>
              Withdraw the request
            </Button>
          </>
        }
      >
        <Trouble refusals={refusals} fault={fault} />
      </Dialog>
    </>
  );
}
