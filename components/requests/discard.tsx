"use client";
import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { Trouble } from "#components/trouble.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { useAction } from "#components/use-action.ts";
import type { Answer } from "#lib/web/action.ts";

export type DiscardVerb = (input: { id: string }) => Promise<Answer<unknown>>;

/** Throws a draft away and leads to the requests; `name` makes it a small button in a list of drafts. */
export function Discard({
  id,
  name,
  discard,
}: {
  readonly id: string;
  readonly name?: string;
  readonly discard: DiscardVerb;
}) {
  const router = useRouter();
  const { run, pending, refusals, fault } = useAction(discard);
  const press = async () => {
    if ((await run({ id })) === null) return;
    if (name === undefined) router.push("/requests");
    else router.refresh();
  };
  return (
    <>
      {name === undefined ? (
        <Button look="quiet" pending={pending} onClick={() => void press()}>
          <Trash2 aria-hidden /> Discard draft
        </Button>
      ) : (
        <IconButton label={`Discard the draft ${name}`} disabled={pending} onClick={() => void press()}>
          <Trash2 aria-hidden />
        </IconButton>
      )}
      <Trouble refusals={refusals} fault={fault} />
    </>
  );
}
