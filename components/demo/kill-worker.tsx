"use client";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { troubleOf, useAction } from "../use-action.ts";
import type { DemoActions } from "./demo-actions.ts";

/** Kills the worker, now or in the middle of its next call, and says what follows. */
export function KillWorker({ act, close }: { readonly act: DemoActions["killWorker"]; readonly close: () => void }) {
  const action = useAction(act);
  const trouble = troubleOf(action);
  const kill = async (at: "now" | "next-call") => {
    if ((await action.run({ at })) !== null) close();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : close())}
      title="Kill the worker"
      sentence="It is ended by SIGKILL: no goodbye, nothing saved. The launcher starts it again; a step it was in the middle of is taken over once its lease has run out, within some fifteen seconds, and ends with exactly one identity."
      foot={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="danger" pending={action.pending} onClick={() => kill("now")}>
            Kill the worker now
          </Button>
          <Button look="primary" pending={action.pending} onClick={() => kill("next-call")}>
            Kill it at its next call
          </Button>
        </>
      }
    >
      <p className="text-muted">
        <b className="font-[560] text-text">At its next call</b> waits up to five minutes for the next call that changes
        something at a simulated account. The call is carried out, its answer never arrives, and the worker is killed
        waiting for it.
      </p>
      {trouble ? <p className="mt-2 text-bad">{trouble}</p> : null}
    </Dialog>
  );
}
