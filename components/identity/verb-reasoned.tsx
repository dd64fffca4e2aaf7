"use client";
import { useId, useState } from "react";
import { Field } from "../ui/field.tsx";
import { Input, Textarea } from "../ui/input.tsx";
import { Stops } from "./stops.tsx";
import { Ask, useVerb } from "./verb-ask.tsx";
import type { DialogProps } from "./verb-dialogs.tsx";

interface Words {
  readonly title: string;
  readonly sentence: string;
  readonly button: string;
  readonly look: "primary" | "danger";
}
/** Verbs whose only field is why. */
const words: { readonly [V in "rotate" | "suspend" | "resume" | "retire"]: Words } = {
  rotate: {
    title: "Rotate",
    sentence:
      "A new credential is made and stored; whatever reads the vault has it from then on. The older one works until its overlap has passed, then it is disabled and deleted.",
    button: "Rotate",
    look: "primary",
  },
  suspend: {
    title: "Suspend",
    sentence: "It is disabled at once, without approval. Resuming it enables it again.",
    button: "Suspend",
    look: "danger",
  },
  resume: {
    title: "Resume",
    sentence: "It is enabled again exactly as it was, once policy and whom it asks allow it.",
    button: "Ask to resume",
    look: "primary",
  },
  retire: {
    title: "Retire",
    sentence: "It is disabled at once. It is removed after the hold; renewing until then enables it again.",
    button: "Retire",
    look: "danger",
  },
};

/** Asks why. What stops a production workload is confirmed by typing the identity's name. */
export function Reasoned({ verb, identity, actions, close }: DialogProps & { readonly verb: keyof typeof words }) {
  const id = useId();
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const asked = useVerb(actions[verb]);
  const { title, sentence, button, look } = words[verb];
  const stops = verb === "suspend" || verb === "retire";
  const confirms = stops && identity.environment === "prod";
  return (
    <Ask
      title={`${title} ${identity.name}`}
      sentence={sentence}
      verb={button}
      look={look}
      close={close}
      pending={asked.pending}
      ready={reason.trim() !== "" && (!confirms || typed === identity.name)}
      send={() => asked.send((request) => ({ id: request, identity: identity.id, reason: reason.trim() }))}
    >
      {stops ? <Stops use={identity.use} /> : null}
      <Field id={`${id}-why`} label="Why" error={asked.trouble}>
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
      {confirms ? (
        <Field id={`${id}-sure`} label={`It is production. Type ${identity.name} to go on`}>
          {(control) => (
            <Input
              {...control}
              mono
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      ) : null}
    </Ask>
  );
}
