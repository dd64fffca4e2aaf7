"use client";
import { useId, useState } from "react";
import type { Assertion } from "#lib/domain/signature.ts";
import type { Answer } from "#lib/web/action.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Textarea } from "../ui/input.tsx";
import { troubleOf, useAction } from "../use-action.ts";

/** What was typed, and the gesture where one was asked for. */
export interface Said {
  readonly text: string;
  readonly assertion?: Assertion | undefined;
}

/** One text and one verb in a dialog; a refusal shows at the text, which stays. */
export function Say(props: {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: string;
  readonly sentence: string;
  readonly label: string;
  readonly required: boolean;
  readonly verb: string;
  readonly look: "primary" | "danger";
  readonly act: (said: Said) => Promise<Answer<unknown>>;
  readonly done: () => void;
}) {
  const id = useId();
  const [text, setText] = useState("");
  const [missing, setMissing] = useState(false);
  const action = useAction(props.act);
  const send = async () => {
    if (props.required && text.trim() === "") return setMissing(true);
    if ((await action.run({ text: text.trim() })) !== null) {
      setText("");
      props.done();
    }
  };
  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => (open ? undefined : props.close())}
      title={props.title}
      sentence={props.sentence}
      foot={
        <>
          <Button onClick={props.close}>Cancel</Button>
          <Button look={props.look} pending={action.pending} onClick={send}>
            {props.verb}
          </Button>
        </>
      }
    >
      <Field
        id={id}
        label={props.label}
        error={(missing && "Write a sentence; it is kept with the decision.") || troubleOf(action)}
      >
        {(control) => (
          <Textarea
            {...control}
            value={text}
            maxLength={2000}
            rows={3}
            dir="auto"
            onChange={(event) => {
              setText(event.target.value);
              setMissing(false);
            }}
          />
        )}
      </Field>
    </Dialog>
  );
}
