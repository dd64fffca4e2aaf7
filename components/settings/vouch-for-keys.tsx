"use client";
import { useRouter } from "next/navigation";
import { useId, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field } from "#components/ui/field.tsx";
import { troubleOf, useAction } from "#components/use-action.ts";
import type { KeySettings } from "#db/read/passkeys.ts";
import { Confirm, type KeyActions, Line } from "./key-line.tsx";

/** For security: keys that wait for a second signature, and whom to invite. Absent for who has nothing to do here. */
export function VouchForKeys({ keys, actions }: { readonly keys: KeySettings; readonly actions: KeyActions }) {
  return (
    <>
      {keys.waiting.length === 0 ? null : (
        <section aria-label="Keys that wait for a second signature">
          <h3 className="mb-2 text-sm font-[540]">Wait for a second signature</h3>
          <ul className="-mx-4 border-y border-line">
            {keys.waiting.map((line) => (
              <Line key={line.id} line={{ ...line, name: `${line.name} of ${line.person}` }}>
                <Confirm line={line} confirm={actions.confirmKey} />
              </Line>
            ))}
          </ul>
        </section>
      )}
      {keys.people.length === 0 ? null : <Invite people={keys.people} invite={actions.inviteToKey} />}
    </>
  );
}

function Invite(props: { readonly people: KeySettings["people"]; readonly invite: KeyActions["inviteToKey"] }) {
  const id = useId();
  const router = useRouter();
  const [person, setPerson] = useState("");
  const [signed, setSigned] = useState<string | null>(null);
  const action = useAction(props.invite);
  const send = async () => {
    if ((await action.run({ person })) === null) return;
    setSigned(props.people.find((one) => one.id === person)?.name ?? null);
    setPerson("");
    router.refresh();
  };
  return (
    <div className="grid items-start gap-x-4 gap-y-2 sm:grid-cols-[1fr_auto]">
      <Field
        id={id}
        label="Invite somebody to enrol a passkey"
        help={
          signed === null
            ? "Two of security sign it; the second signature opens it for a day."
            : `Signed for ${signed}.`
        }
        error={troubleOf(action)}
      >
        {(control) => (
          <Combobox
            control={control}
            value={person}
            onChange={setPerson}
            options={props.people.map((one) => ({ value: one.id, label: one.name, detail: one.email }))}
            placeholder="Choose a person"
          />
        )}
      </Field>
      <Button className="sm:mt-[26px]" disabled={person === ""} pending={action.pending} onClick={() => void send()}>
        Sign the invitation
      </Button>
    </div>
  );
}
