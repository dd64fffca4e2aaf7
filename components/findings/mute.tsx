"use client";
import { useRouter } from "next/navigation";
import { useId, useState } from "react";
import type { Answer } from "#lib/web/action.ts";
import { Button } from "../ui/button.tsx";
import { useNow } from "../ui/clock.tsx";
import { DateInput } from "../ui/date-input.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Textarea } from "../ui/input.tsx";
import { dayAhead, startOf } from "../ui/moment.ts";
import { troubleOf, useAction } from "../use-action.ts";

export interface MuteActions {
  readonly mute: (input: { finding: string; reason: string; until: string }) => Promise<Answer<null>>;
  readonly unmute: (input: { finding: string }) => Promise<Answer<null>>;
}

interface MuteProps {
  readonly finding: string;
  readonly sentence: string;
  /** Longest it may be muted, in days. */
  readonly mostDays: number;
  readonly actions: MuteActions;
}

/** Puts a finding aside for a reason until a day. */
export function Mute(props: MuteProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" look="quiet" onClick={() => setOpen(true)}>
        Mute
      </Button>
      {open ? <MuteDialog {...props} close={() => setOpen(false)} /> : null}
    </>
  );
}

function MuteDialog({ finding, sentence, mostDays, actions, close }: MuteProps & { readonly close: () => void }) {
  const id = useId();
  const now = useNow();
  const router = useRouter();
  const mute = useAction(actions.mute);
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState(dayAhead(now, Math.max(1, Math.min(30, mostDays - 1))));
  const ofDay = mute.refusals.filter(({ field }) => field === "until");
  const rest = mute.refusals.filter(({ field }) => field !== "until");
  const send = async () => {
    const done = await mute.run({ finding, reason: reason.trim(), until: startOf(until) });
    if (done === null) return;
    close();
    router.refresh();
  };
  return (
    <Dialog
      open
      onOpenChange={(still) => (still ? undefined : close())}
      title="Mute this finding"
      sentence={`${sentence} It stays in the list of muted findings and comes back by itself on that day.`}
      foot={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" pending={mute.pending} disabled={reason.trim() === "" || until === ""} onClick={send}>
            Mute
          </Button>
        </>
      }
    >
      <Field id={`${id}-why`} label="Why" error={troubleOf({ refusals: rest, fault: mute.fault })}>
        {(control) => (
          <Textarea
            {...control}
            rows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <Field
        id={`${id}-until`}
        label="Until"
        help={`Policy allows at most ${mostDays} days.`}
        error={troubleOf({ refusals: ofDay, fault: null })}
      >
        {(control) => (
          <DateInput
            {...control}
            min={dayAhead(now, 1)}
            max={dayAhead(now, mostDays)}
            value={until}
            onChange={setUntil}
          />
        )}
      </Field>
    </Dialog>
  );
}

/** Ends a mute now. */
export function Unmute({ finding, actions }: { readonly finding: string; readonly actions: MuteActions }) {
  const router = useRouter();
  const unmute = useAction(actions.unmute);
  const trouble = troubleOf(unmute);
  const send = async () => {
    if ((await unmute.run({ finding })) !== null) router.refresh();
  };
  return (
    <>
      <Button size="sm" look="quiet" pending={unmute.pending} onClick={send}>
        Unmute
      </Button>
      {trouble === null ? null : (
        <p role="alert" className="text-sm text-bad">
          {trouble}
        </p>
      )}
    </>
  );
}
