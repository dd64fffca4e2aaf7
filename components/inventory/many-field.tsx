"use client";
import { useEffect, useId, useState } from "react";
import type { PersonChoice } from "#db/read/people.ts";
import type { ManyVerb } from "#lib/domain/many.ts";
import { Combobox } from "../ui/combobox.tsx";
import { DateInput } from "../ui/date-input.tsx";
import { Field } from "../ui/field.tsx";
import { Textarea } from "../ui/input.tsx";
import { startOf } from "../ui/moment.ts";
import type { Wanted } from "./many.ts";

interface ManyFieldProps {
  readonly verb: ManyVerb;
  readonly wanted: Wanted | null;
  /** Null while the field does not say enough. */
  readonly choose: (wanted: Wanted | null) => void;
}

/** The one field that a verb has for all of them; *ask* has none. */
export function ManyField({ verb, wanted, choose }: ManyFieldProps) {
  const id = useId();
  if (verb === "ask") return <p className="text-muted">Nothing about them changes by being asked.</p>;
  if (verb === "transfer")
    return (
      <NewOwner
        id={id}
        value={wanted?.verb === "transfer" ? wanted.change.to : ""}
        choose={(to) => choose(to === "" ? null : { verb, change: { to } })}
      />
    );
  if (verb === "renew")
    return (
      <Field id={id} label="New end" help="Policy says of each how far ahead it may lie.">
        {(control) => (
          <DateInput
            {...control}
            value={wanted?.verb === "renew" ? wanted.change.endsAt.slice(0, 10) : ""}
            onChange={(day) => choose(day === "" ? null : { verb, change: { endsAt: startOf(day) } })}
          />
        )}
      </Field>
    );
  return (
    <Why
      id={id}
      given={wanted?.verb === "retire" ? wanted.change.reason : ""}
      choose={(reason) => choose(reason === "" ? null : { verb, change: { reason } })}
    />
  );
}

interface TextProps {
  readonly id: string;
  readonly given: string;
  /** Empty while it is too short. */
  readonly choose: (text: string) => void;
}

function Why({ id, given, choose }: TextProps) {
  const [text, setText] = useState(given);
  const type = (typed: string) => {
    setText(typed);
    choose(typed.trim().length < 3 ? "" : typed.trim());
  };
  return (
    <Field id={id} label="Why" help="At least three characters; it stands in each request.">
      {(control) => (
        <Textarea {...control} maxLength={500} value={text} onChange={(event) => type(event.target.value)} />
      )}
    </Field>
  );
}

function NewOwner({
  id,
  value,
  choose,
}: {
  readonly id: string;
  readonly value: string;
  readonly choose: (to: string) => void;
}) {
  const people = usePeople();
  return (
    <Field
      id={id}
      label="New owner"
      error={people === "unanswered" ? "The directory did not answer. Close this and try again." : undefined}
    >
      {(control) => (
        <Combobox
          control={control}
          value={value}
          onChange={choose}
          placeholder={people === null ? "The directory is read…" : "Choose a person"}
          options={
            Array.isArray(people)
              ? people.map((person) => ({ value: person.id, label: person.name, detail: person.email }))
              : []
          }
        />
      )}
    </Field>
  );
}

/** The directory's people, asked for when somebody is to be chosen; null until it answers. */
function usePeople(): PersonChoice[] | "unanswered" | null {
  const [people, setPeople] = useState<PersonChoice[] | "unanswered" | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    fetch("/api/people", { signal: abort.signal })
      .then(async (answer): Promise<{ people: PersonChoice[] }> => {
        if (!answer.ok) throw new Error(`The directory answered ${answer.status}.`);
        return answer.json();
      })
      .then(({ people: found }) => setPeople(found))
      .catch(() => (abort.signal.aborted ? undefined : setPeople("unanswered")));
    return () => abort.abort();
  }, []);
  return people;
}
