"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { troubleOf, useAction } from "../use-action.ts";
import type { DemoActions } from "./demo-actions.ts";

/** Asks how many days to skip, and names what that does. */
export function SkipDays({ act, close }: { readonly act: DemoActions["skipDays"]; readonly close: () => void }) {
  const router = useRouter();
  const action = useAction(act);
  const [days, setDays] = useState("60");
  const trouble = troubleOf(action);
  const skip = async () => {
    if ((await action.run({ days: Number(days) })) === null) return;
    router.refresh();
    close();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : close())}
      title="Skip days"
      sentence="The whole installation's clock goes ahead, for everyone, and is never set back: requests nobody decided expire, identities whose end passes are disabled, questions come due. Only a new start with --reset undoes it."
      foot={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" pending={action.pending} disabled={!/^\d+$/.test(days)} onClick={skip}>
            {action.pending ? "Looking at everything…" : `Skip ${days} ${days === "1" ? "day" : "days"}`}
          </Button>
        </>
      }
    >
      <Field id="skip-days" label="Days" help="1 to 365." error={trouble ?? undefined}>
        {(control) => (
          <Input
            {...control}
            inputMode="numeric"
            value={days}
            onChange={(event) => setDays(event.target.value.trim())}
          />
        )}
      </Field>
    </Dialog>
  );
}
