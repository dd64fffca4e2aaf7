"use client";
import { useState } from "react";
import { Trouble } from "#components/trouble.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { useAction } from "#components/use-action.ts";
import type { KeyActions } from "./key-line.tsx";

/** What a command on the worker's host waits for, from the address that it printed. */
export interface HostAct {
  readonly kind: "bundle" | "link";
  readonly content: string;
}

const words = {
  bundle: "A policy bundle is to be put in force.",
  link: "Two logins are to count as one person.",
} as const;

/** Signs what the worker's host is about to do. The fingerprint is compared with the one that the command printed. */
export function HostSignCard({ act, sign }: { readonly act: HostAct; readonly sign: KeyActions["signForHost"] }) {
  const { run, pending, refusals, fault } = useAction(sign);
  const [signed, setSigned] = useState(false);
  const press = async () => setSigned((await run({ ...act })) !== null);
  return (
    <Card title="A command on the worker's host waits for your signature">
      <div className="grid gap-3">
        <p>
          {words[act.kind]} Compare this fingerprint with the one in the terminal, character by character, and sign only
          if they are the same.
        </p>
        <code className="font-mono text-sm break-all">{act.content}</code>
        <div className="flex flex-wrap items-center gap-3">
          <Button look="primary" pending={pending} disabled={signed} onClick={() => void press()}>
            Sign
          </Button>
          <p role="status" className="text-sm text-muted">
            {signed ? "Signed. Once both have, run the command again." : null}
          </p>
        </div>
        <Trouble refusals={refusals} fault={fault} />
      </div>
    </Card>
  );
}
