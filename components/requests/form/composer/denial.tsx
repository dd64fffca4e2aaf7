"use client";
import { CircleX, Info, TriangleAlert } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Textarea } from "#components/ui/input.tsx";
import { troubleOf, useAction } from "#components/use-action.ts";
import type { DenialRead, Grant } from "#lib/domain/permission.ts";
import type { FormHelp } from "../contract.ts";

const marks = {
  info: <Info aria-hidden className="mt-0.5 size-4 shrink-0 text-info" />,
  warn: <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />,
  bad: <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />,
} as const;

/** An error message becomes a proposed permission. What it says is shown as text and nothing else. */
export default function Denial({
  help,
  take,
  close,
}: {
  readonly help: FormHelp;
  readonly take: (grants: readonly Grant[]) => void;
  readonly close: () => void;
}) {
  const [text, setText] = useState("");
  const [read, setRead] = useState<DenialRead | null>(null);
  const { run, pending, refusals, fault } = useAction(help.readDenial);
  const ask = async (message: string) => setRead((await run({ blueprint: help.blueprint, text: message }))?.ok ?? null);
  return (
    <div className="mt-2 rounded-md border border-line bg-sunken px-3 pt-2.5 pb-3">
      <Field
        id={useId()}
        label="The error message"
        help="Paste all of it. It is read here and kept nowhere."
        error={troubleOf({ refusals, fault }) ?? undefined}
      >
        {(control) => (
          <Textarea
            {...control}
            mono
            autoFocus
            dir="ltr"
            className="min-h-20"
            placeholder={help.words.denial}
            value={text}
            maxLength={40_000}
            onChange={(event) => {
              setText(event.target.value);
              setRead(null);
            }}
            onPaste={(event) => {
              const whole = text + event.clipboardData.getData("text/plain");
              if (text === "" && whole.trim() !== "") void ask(whole);
            }}
          />
        )}
      </Field>
      <div aria-live="polite">{read ? <Proposal read={read} /> : null}</div>
      <div className="mt-1 flex flex-wrap gap-2">
        {read && read.grants.length > 0 ? (
          <Button size="sm" look="plain" onClick={() => take(read.grants)}>
            Take it over
          </Button>
        ) : (
          <Button size="sm" pending={pending} disabled={text.trim() === ""} onClick={() => void ask(text)}>
            Read it
          </Button>
        )}
        <Button size="sm" look="quiet" onClick={close}>
          Close
        </Button>
      </div>
    </div>
  );
}

const Proposal = ({ read }: { readonly read: DenialRead }) => (
  <div className="my-2 grid gap-1.5 text-[13px] leading-[1.45]">
    <p className="font-[560]">
      {read.grants.length > 0 ? "Proposed permission" : "No permission is proposed: none would mend this."}
    </p>
    {read.grants.map(({ actions, resources }) => (
      <p key={`${actions.join()} ${resources.join()}`}>
        <code className="break-all">{actions.join(", ")}</code> on{" "}
        {resources.length > 0 ? <code className="break-all">{resources.join(", ")}</code> : "a resource that you write"}
      </p>
    ))}
    <ul className="grid gap-1">
      {read.said.map(({ tone, sentence }) => (
        <li key={sentence} className="flex gap-2">
          {marks[tone]}
          <span className="min-w-0 break-words">{sentence}</span>
        </li>
      ))}
    </ul>
  </div>
);
