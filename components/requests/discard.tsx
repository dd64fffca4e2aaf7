"use client";
import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Trouble } from "#components/trouble.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { useAction } from "#components/use-action.ts";
import type { Answer } from "#lib/web/action.ts";

export type DiscardVerb = (input: { id: string }) => Promise<Answer<unknown>>;

interface DiscardProps {
  readonly id: string;
  readonly name?: string;
  readonly discard: DiscardVerb;
}

/** Throws a draft away, asked once more, and leads to the requests; `name` makes it a small button in a list of drafts. */
export function Discard(draft: DiscardProps) {
  const { name } = draft;
  const [open, setOpen] = useState(false);
  return (
    <>
      {name === undefined ? (
        <Button look="quiet" onClick={() => setOpen(true)}>
          <Trash2 aria-hidden /> Discard draft
        </Button>
      ) : (
        <IconButton label={`Discard the draft ${name}`} onClick={() => setOpen(true)}>
          <Trash2 aria-hidden />
        </IconButton>
      )}
      {open ? <Sure {...draft} close={() => setOpen(false)} /> : null}
    </>
  );
}

function Sure({ id, name, discard, close }: DiscardProps & { readonly close: () => void }) {
  const router = useRouter();
  const { run, pending, refusals, fault } = useAction(discard);
  const confirm = async () => {
    if ((await run({ id })) === null) return;
    close();
    if (name === undefined) router.push("/requests");
    else router.refresh();
  };
  return (
    <Dialog
      open
      onOpenChange={close}
      title={name === undefined ? "Discard this draft?" : `Discard the draft ${name}?`}
      sentence="What was filled in is not kept."
      foot={
        <>
          <Button onClick={close}>Keep it</Button>
          <Button look="danger" pending={pending} onClick={() => void confirm()}>
            Discard
          </Button>
        </>
      }
    >
      <Trouble refusals={refusals} fault={fault} />
    </Dialog>
  );
}
