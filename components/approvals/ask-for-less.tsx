"use client";
import { ShieldAlert } from "lucide-react";
import { useId, useState } from "react";
import type { Answer } from "#lib/web/action.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { DateInput } from "../ui/date-input.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, FieldError } from "../ui/field.tsx";
import { Textarea } from "../ui/input.tsx";
import { dateOf, startOf } from "../ui/moment.ts";
import { troubleOf, useAction } from "../use-action.ts";
import type { Deciding } from "./deciding.ts";

/** A narrower plan that the requester takes over in one click: actions to drop (dangerous ones preselected), an earlier end. */
export function AskForLess(props: {
  readonly open: boolean;
  readonly close: () => void;
  readonly request: Deciding;
  readonly act: (input: { text: string; drop: string[]; endsAt: string | null }) => Promise<Answer<unknown>>;
  readonly done: () => void;
}) {
  const id = useId();
  const asked = props.request.endsAt;
  const [drop, setDrop] = useState<ReadonlySet<string>>(
    () => new Set(props.request.droppable.filter((one) => one.dangerous).map((one) => one.action)),
  );
  const [end, setEnd] = useState("");
  const [text, setText] = useState("");
  const [missing, setMissing] = useState<string | null>(null);
  const action = useAction(props.act);
  const toggle = (name: string) =>
    setDrop((was) => (was.has(name) ? new Set([...was].filter((one) => one !== name)) : new Set([...was, name])));
  const send = async () => {
    if (drop.size === 0 && end === "")
      return setMissing(asked === null ? "Choose what to drop." : "Choose what to drop, or an earlier end.");
    if (text.trim() === "") return setMissing("Say why in a sentence; the requester reads it.");
    const endsAt = end === "" ? null : startOf(end);
    if ((await action.run({ text: text.trim(), drop: [...drop], endsAt })) !== null) props.done();
  };
  const troubleAt = (at: string) =>
    troubleOf({ refusals: action.refusals.filter(({ field }) => field === at), fault: null });
  const dropped = troubleAt("drop");
  const rest = action.refusals.filter(({ field }) => field !== "drop" && field !== "endsAt");
  return (
    <Dialog
      wide
      open={props.open}
      onOpenChange={(open) => (open ? undefined : props.close())}
      title={`Ask for less than ${props.request.name}`}
      sentence="The requester takes it over in one click; it then comes back as a new version."
      foot={
        <>
          <Button onClick={props.close}>Cancel</Button>
          <Button look="primary" pending={action.pending} onClick={send}>
            Ask for less
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        <fieldset>
          <legend className="mb-1.5 text-sm font-[540]">Drop these actions</legend>
          <div className="grid max-h-56 gap-1 overflow-y-auto rounded-md border border-line p-2">
            {props.request.droppable.map(({ action: name, dangerous }) => (
              <label key={name} className="flex items-center gap-2 text-sm">
                <input
                  type="checkbox"
                  checked={drop.has(name)}
                  onChange={() => toggle(name)}
                  className="accent-[var(--accent)]"
                />
                <code className="min-w-0 break-all">{name}</code>
                {dangerous ? (
                  <Badge tone="bad" icon={<ShieldAlert aria-hidden />}>
                    gives power
                  </Badge>
                ) : null}
              </label>
            ))}
          </div>
          {dropped === null ? null : <FieldError>{dropped}</FieldError>}
        </fieldset>
        {asked === null ? null : (
          <Field
            id={`${id}-end`}
            label="End earlier (optional)"
            help={`Asked: ${dateOf(Date.parse(asked))}.`}
            error={troubleAt("endsAt")}
          >
            {(control) => <DateInput {...control} value={end} max={asked.slice(0, 10)} onChange={setEnd} />}
          </Field>
        )}
        <Field
          id={`${id}-why`}
          label="Why less is enough"
          error={missing ?? troubleOf({ refusals: rest, fault: action.fault })}
        >
          {(control) => (
            <Textarea
              {...control}
              value={text}
              rows={2}
              maxLength={2000}
              dir="auto"
              onChange={(event) => {
                setText(event.target.value);
                setMissing(null);
              }}
            />
          )}
        </Field>
      </div>
    </Dialog>
  );
}
