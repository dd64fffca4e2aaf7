"use client";
import { CircleCheck, CircleX } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import type { AuditChecked } from "#lib/web/desk/acts.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { troubleOf, useAction } from "../use-action.ts";
import type { DemoActions } from "./demo-actions.ts";

/** Exports the log, verifies it, changes a byte of a copy and verifies that, by the commands an auditor has. */
export function CheckAudit({ act, close }: { readonly act: DemoActions["checkAudit"]; readonly close: () => void }) {
  const router = useRouter();
  const action = useAction(act);
  const [checked, setChecked] = useState<AuditChecked>();
  const trouble = troubleOf(action);
  const run = async () => {
    const done = await action.run({});
    if (done === null) return;
    setChecked(done.ok);
    router.refresh();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : close())}
      wide
      title="Verify the audit log"
      sentence="The launcher runs audit:export and audit:verify with the public key alone, then changes one letter in a copy of the file and verifies that too. The log itself is only read."
      foot={
        <>
          <Button onClick={close}>Close</Button>
          <Button look="primary" pending={action.pending} onClick={run}>
            {action.pending ? "Verifying…" : "Verify, then change a byte"}
          </Button>
        </>
      }
    >
      {trouble ? <p className="text-bad">{trouble}</p> : null}
      <div className="grid gap-3" aria-live="polite">
        {checked === undefined ? null : (
          <>
            <Said good={checked.sound} title={checked.sound ? "The export is whole" : "The export is not whole"}>
              {checked.said}
            </Said>
            <Said
              good={checked.found}
              title={`Line ${checked.changed.line}, “${checked.changed.before}” is now “${checked.changed.after}”: ${checked.found ? "found" : "not found"}`}
            >
              {checked.saidThen}
            </Said>
          </>
        )}
      </div>
    </Dialog>
  );
}

const Said = (props: { readonly good: boolean; readonly title: string; readonly children: ReactNode }) => (
  <section className="grid gap-1 rounded-md border border-line px-3 py-2.5">
    <h3 className={`flex items-center gap-2 text-[13.5px] ${props.good ? "text-good" : "text-bad"}`}>
      {props.good ? <CircleCheck aria-hidden className="size-4" /> : <CircleX aria-hidden className="size-4" />}
      {props.title}
    </h3>
    <p className="font-mono text-xs break-words whitespace-pre-wrap text-muted">{props.children}</p>
  </section>
);
