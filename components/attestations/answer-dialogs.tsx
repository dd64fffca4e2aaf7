"use client";
import { useId, useState } from "react";
import { sayStops } from "#lib/domain/last-use.ts";
import type { QuestionCard } from "#lib/web/attestation-page.ts";
import { Ask } from "../identity/verb-ask.tsx";
import { Combobox } from "../ui/combobox.tsx";
import { Field } from "../ui/field.tsx";
import { Input, Textarea } from "../ui/input.tsx";
import { Alike } from "./alike.tsx";
import type { AnswerDialogProps, Choice } from "./answering.ts";
import { sayDay } from "./evidence.tsx";

/** One request id for a dialog's life: a double click is one request. */
const useRequest = () => useState(() => crypto.randomUUID())[0];

interface WhyProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly trouble: string | null;
}
function Why({ label, value, onChange, trouble }: WhyProps) {
  const id = useId();
  return (
    <Field id={id} label={label} error={trouble}>
      {(control) => (
        <Textarea
          {...control}
          rows={2}
          maxLength={500}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** *Both*, or *all* and how many. */
export const allOf = (count: number): string => (count === 2 ? "both" : `all ${count}`);

/** Keeps one that looks unused, with a reason, or several alike in one gesture, each by name. */
export function Keep({ card, alike, ...of }: AnswerDialogProps & { readonly alike: readonly QuestionCard[] }) {
  const [reason, setReason] = useState("");
  const cards = [card, ...alike];
  const needed = card.evidence.use.looksUnused;
  return (
    <Ask
      title={alike.length === 0 ? `Keep ${card.evidence.name}` : `Keep ${allOf(cards.length)}`}
      sentence={
        alike.length === 0
          ? "It looks unused. Your reason is kept with your answer."
          : "Their evidence is the same but for their names. Each answer is recorded by itself."
      }
      verb={alike.length === 0 ? "Keep" : `Keep ${allOf(cards.length)}`}
      look="primary"
      {...of}
      ready={!needed || reason.trim() !== ""}
      send={() => of.send({ cards, reason: reason.trim() })}
    >
      {alike.length === 0 ? null : <Alike cards={cards} evidence={card.evidence} />}
      <Why
        label={needed ? "Why it is still needed" : "Remark (optional)"}
        value={reason}
        onChange={setReason}
        trouble={of.trouble}
      />
    </Ask>
  );
}

export function HandOver({ card, people, ...of }: AnswerDialogProps & { readonly people: readonly Choice[] }) {
  const id = useId();
  const request = useRequest();
  const [to, setTo] = useState("");
  return (
    <Ask
      title={`Transfer ${card.evidence.name}`}
      sentence="The new owner is asked to accept; until then nothing changes. Without their acceptance you are asked again."
      verb="Ask to transfer"
      look="primary"
      {...of}
      ready={to !== ""}
      send={() => of.send({ request, to })}
    >
      <Field id={id} label="New owner" error={of.trouble}>
        {(control) => (
          <Combobox
            control={control}
            value={to}
            onChange={setTo}
            options={people
              .filter((person) => person.id !== card.owner)
              .map((person) => ({ value: person.id, label: person.name }))}
            placeholder="Choose a person"
          />
        )}
      </Field>
    </Ask>
  );
}

/** Asks why; a production identity is confirmed by typing its name, as everywhere. */
export function Retire({ card, ...of }: AnswerDialogProps) {
  const id = useId();
  const request = useRequest();
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const { name, environment, use, state } = card.evidence;
  const last = use.lastUsedOn === null ? null : `on ${sayDay(use.lastUsedOn)}`;
  const silent = use.unusedSince === null ? "not used yet" : `not seen used since ${sayDay(use.unusedSince)}`;
  return (
    <Ask
      title={`Retire ${name}`}
      sentence="It is disabled at once. It is removed after the hold; renewing until then enables it again."
      verb="Retire"
      look="danger"
      {...of}
      ready={reason.trim() !== "" && (environment !== "prod" || typed === name)}
      send={() => of.send({ request, reason: reason.trim() })}
    >
      <p className="text-sm">{sayStops({ ...use, last, silent, suspended: state === "suspended" })}</p>
      <Why label="Why" value={reason} onChange={setReason} trouble={of.trouble} />
      {environment === "prod" ? (
        <Field id={id} label={`It is production. Type ${name} to go on`}>
          {(control) => <Input {...control} mono value={typed} onChange={(event) => setTyped(event.target.value)} />}
        </Field>
      ) : null}
    </Ask>
  );
}
