"use client";
import { useRouter } from "next/navigation";
import { useId, useState } from "react";
import type { Answer } from "#lib/web/action.ts";
import { Button } from "../ui/button.tsx";
import { Combobox } from "../ui/combobox.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Input, Textarea } from "../ui/input.tsx";
import { troubleOf, useAction } from "../use-action.ts";

export interface IdentityActions {
  readonly renew: (input: { id: string; identity: string; endsAt: string }) => Promise<Answer<{ readonly id: string }>>;
  readonly transfer: (input: { id: string; identity: string; to: string }) => Promise<Answer<{ readonly id: string }>>;
  readonly retire: (input: {
    id: string;
    identity: string;
    reason: string;
  }) => Promise<Answer<{ readonly id: string }>>;
}

interface Subject {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly owner: string;
  readonly endsAt: string;
}
type Verb = "renew" | "transfer" | "retire";

/** What this person may do with it; each raises a request and leads to its page. */
export function Verbs(props: {
  readonly identity: Subject;
  readonly allowed: readonly Verb[];
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly maxDays: number;
  readonly actions: IdentityActions;
}) {
  const [open, setOpen] = useState<Verb | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      {props.allowed.includes("renew") ? <Button onClick={() => setOpen("renew")}>Renew</Button> : null}
      {props.allowed.includes("transfer") ? <Button onClick={() => setOpen("transfer")}>Transfer</Button> : null}
      {props.allowed.includes("retire") ? (
        <Button look="danger" onClick={() => setOpen("retire")}>
          Retire
        </Button>
      ) : null}
      {open === "renew" ? <Renew {...props} close={close} /> : null}
      {open === "transfer" ? <Transfer {...props} close={close} /> : null}
      {open === "retire" ? <Retire {...props} close={close} /> : null}
    </>
  );
}

/** Runs a verb with one request id for the dialog's life, so that a double click is one request. */
function useVerb<Input extends { readonly id: string }>(
  act: (input: Input) => Promise<Answer<{ readonly id: string }>>,
) {
  const router = useRouter();
  const [id] = useState(() => crypto.randomUUID());
  const action = useAction(act);
  const send = async (make: (id: string) => Input) => {
    const done = await action.run(make(id));
    if (done !== null) router.push(`/requests/${done.ok.id}`);
  };
  return { send, pending: action.pending, trouble: troubleOf(action) };
}

type DialogProps = Parameters<typeof Verbs>[0] & { readonly close: () => void };

function Renew({ identity, maxDays, actions, close }: DialogProps) {
  const id = useId();
  const [until, setUntil] = useState("");
  const verb = useVerb(actions.renew);
  return (
    <Ask
      title={`Renew ${identity.name}`}
      sentence="It keeps exactly what it is; only its end moves."
      verb="Ask to renew"
      look="primary"
      close={close}
      pending={verb.pending}
      ready={until !== ""}
      send={() =>
        verb.send((request) => ({
          id: request,
          identity: identity.id,
          endsAt: new Date(`${until}T10:00:00Z`).toISOString(),
        }))
      }
    >
      <Field
        id={id}
        label="New end"
        help={`Ends now on ${identity.endsAt.slice(0, 10)}. Policy allows ${maxDays} days from today.`}
        error={verb.trouble}
      >
        {(control) => (
          <Input
            {...control}
            type="date"
            min={identity.endsAt.slice(0, 10)}
            value={until}
            onChange={(event) => setUntil(event.target.value)}
          />
        )}
      </Field>
    </Ask>
  );
}

function Transfer({ identity, people, actions, close }: DialogProps) {
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

function Retire({ identity, actions, close }: DialogProps) {
  const id = useId();
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const verb = useVerb(actions.retire);
  const sure = identity.environment !== "prod" || typed === identity.name;
  return (
    <Ask
      title={`Retire ${identity.name}`}
      sentence="It is disabled at once: whatever uses it stops. It is removed after the hold; renewing until then enables it again."
      verb="Retire"
      look="danger"
      close={close}
      pending={verb.pending}
      ready={reason.trim() !== "" && sure}
      send={() => verb.send((request) => ({ id: request, identity: identity.id, reason: reason.trim() }))}
    >
      <Field id={`${id}-why`} label="Why" error={verb.trouble}>
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
      {identity.environment === "prod" ? (
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

function Ask(props: {
  readonly title: string;
  readonly sentence: string;
  readonly verb: string;
  readonly look: "primary" | "danger";
  readonly close: () => void;
  readonly pending: boolean;
  readonly ready: boolean;
  readonly send: () => void;
  readonly children: React.ReactNode;
}) {
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : props.close())}
      title={props.title}
      sentence={props.sentence}
      foot={
        <>
          <Button onClick={props.close}>Cancel</Button>
          <Button look={props.look} pending={props.pending} disabled={!props.ready} onClick={props.send}>
            {props.verb}
          </Button>
        </>
      }
    >
      {props.children}
    </Dialog>
  );
}
