"use client";
import { useId, useState } from "react";
import type { ToSign } from "#lib/claims/signing.ts";
import type { Answer } from "#lib/web/action.ts";
import { Combobox } from "../ui/combobox.tsx";
import { DateInput } from "../ui/date-input.tsx";
import { Field } from "../ui/field.tsx";
import { dateOf, dayAhead, startOf } from "../ui/moment.ts";
import { troubleOf } from "../use-action.ts";
import type { StoppedUse } from "./stops.tsx";
import { Ask, useVerb } from "./verb-ask.tsx";

type Asked = Promise<Answer<{ readonly id: string } | ToSign>>;
interface About {
  readonly id: string;
  readonly identity: string;
}
type WithReason = (input: About & { readonly reason: string }) => Asked;

export interface IdentityActions {
  readonly renew: (input: About & { readonly endsAt: string; readonly exceptionEndsAt?: string }) => Asked;
  readonly transfer: (input: About & { readonly to: string }) => Asked;
  readonly rotate: WithReason;
  readonly suspend: WithReason;
  readonly resume: WithReason;
  readonly retire: WithReason;
  readonly endOverlap: (input: { readonly identity: string }) => Promise<Answer<null>>;
}

/** What every dialog of a verb is drawn from. */
export interface VerbProps {
  readonly identity: {
    readonly id: string;
    readonly name: string;
    readonly environment: string;
    readonly owner: string;
    readonly endsAt: string;
    /** When the exception that its charter carries ends; null when it carries none. */
    readonly exceptionEndsAt: string | null;
    readonly use: StoppedUse;
  };
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly maxDays: number;
  readonly actions: IdentityActions;
}
export type DialogProps = VerbProps & { readonly close: () => void };

export function Renew({ identity, maxDays, actions, close }: DialogProps) {
  const id = useId();
  const [until, setUntil] = useState("");
  const [exceptionUntil, setExceptionUntil] = useState(identity.exceptionEndsAt?.slice(0, 10) ?? "");
  const verb = useVerb(actions.renew);
  const ofException = verb.refusals.filter(({ field }) => field === "exception.endsAt");
  const rest = verb.refusals.filter((refusal) => !ofException.includes(refusal));
  return (
    <Ask
      title={`Renew ${identity.name}`}
      sentence="It keeps exactly what it is; only its end moves."
      verb="Ask to renew"
      look="primary"
      close={close}
      pending={verb.pending}
      ready={until !== "" && (identity.exceptionEndsAt === null || exceptionUntil !== "")}
      send={() =>
        verb.send((request) => ({
          id: request,
          identity: identity.id,
          endsAt: startOf(until),
          ...(identity.exceptionEndsAt === null || exceptionUntil === identity.exceptionEndsAt.slice(0, 10)
            ? {}
            : { exceptionEndsAt: startOf(exceptionUntil) }),
        }))
      }
    >
      <Field
        id={id}
        label="New end"
        help={`Ends now on ${dateOf(Date.parse(identity.endsAt))}. Policy allows ${maxDays} days from today.`}
        error={troubleOf({ refusals: rest, fault: verb.fault })}
      >
        {(control) => (
          <DateInput {...control} min={dayAhead(Date.parse(identity.endsAt), 1)} value={until} onChange={setUntil} />
        )}
      </Field>
      {identity.exceptionEndsAt === null ? null : (
        <Field
          id={`${id}-exception`}
          label="Its exception ends"
          help="It may not outlive its exception. A later end is approved as policy says for exceptions."
          error={troubleOf({ refusals: ofException, fault: null })}
        >
          {(control) => <DateInput {...control} value={exceptionUntil} onChange={setExceptionUntil} />}
        </Field>
      )}
    </Ask>
  );
}

export function Transfer({ identity, people, actions, close }: DialogProps) {
  const id = useId();
  const [to, setTo] = useState("");
  const verb = useVerb(actions.transfer);
  return (
    <Ask
      title={`Transfer ${identity.name}`}
      sentence="The new owner is asked to accept; until then nothing changes."
      verb="Ask to transfer"
      look="primary"
      close={close}
      pending={verb.pending}
      ready={to !== ""}
      send={() => verb.send((request) => ({ id: request, identity: identity.id, to }))}
    >
      <Field id={`${id}-to`} label="New owner" error={verb.trouble}>
        {(control) => (
          <Combobox
            control={control}
            value={to}
            onChange={setTo}
            options={people
              .filter((person) => person.id !== identity.owner)
              .map((person) => ({ value: person.id, label: person.name }))}
            placeholder="Choose a person"
          />
        )}
      </Field>
    </Ask>
  );
}
