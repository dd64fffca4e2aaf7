"use client";
import { useRouter } from "next/navigation";
import { useId, useState } from "react";
import { troubleWithKey } from "#components/signing/trouble-with-key.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Time } from "#components/ui/time.tsx";
import { troubleOf, useAction } from "#components/use-action.ts";
import type { KeyActions } from "./key-line.tsx";

/** Makes a passkey on this device or a security key: a name, the one-time code where there is one, then the gesture. */
export function EnrolKey(props: { readonly invitedUntil: string | null; readonly enrol: KeyActions["enrolKey"] }) {
  const id = useId();
  const { name, code, setName, setCode, enrol, pending, trouble } = useEnrol(props.enrol);
  const at = (field: string) => (trouble?.field === field ? trouble.sentence : undefined);
  return (
    <form
      className="grid gap-x-4 gap-y-2 sm:grid-cols-2"
      onSubmit={(event) => {
        event.preventDefault();
        void enrol();
      }}
    >
      <Field id={`${id}-name`} label="Name of the new passkey" help="Such as the device it lies on." error={at("name")}>
        {(control) => (
          <Input {...control} value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <Field
        id={`${id}-code`}
        label="One-time code"
        help={
          props.invitedUntil === null ? (
            "From npm run passkey:invite on the worker's host."
          ) : (
            <>
              Not needed: two of security invited you, until <Time at={props.invitedUntil} />.
            </>
          )
        }
        error={at("code")}
      >
        {(control) => (
          <Input {...control} mono value={code} maxLength={60} onChange={(event) => setCode(event.target.value)} />
        )}
      </Field>
      <div className="flex flex-wrap items-center gap-3 sm:col-span-2">
        <Button type="submit" pending={pending}>
          Enrol a passkey
        </Button>
        <p role="status" className="min-w-0 flex-1 text-sm text-bad empty:hidden">
          {trouble !== null && trouble.field !== "name" && trouble.field !== "code" ? trouble.sentence : null}
        </p>
      </div>
    </form>
  );
}

/** The two steps of enrolling as one verb: what to make, then what was made. Nothing typed is lost when one of them fails. */
function useEnrol(act: KeyActions["enrolKey"]) {
  const router = useRouter();
  const [name, setName] = useState("");
  const [code, setCode] = useState("");
  const [making, setMaking] = useState(false);
  const [unused, setUnused] = useState<string | null>(null);
  const action = useAction(act);
  const enrol = async () => {
    setUnused(null);
    const begun = await action.run({ name, code });
    if (begun?.ok == null) return;
    setMaking(true);
    try {
      const { makeKey } = await import("#components/signing/make-key.ts");
      const registration = await makeKey(begun.ok, code);
      if ((await action.run({ name, code, registration })) === null) return;
      setName("");
      setCode("");
      router.refresh();
    } catch (error) {
      setUnused(troubleWithKey(error));
    } finally {
      setMaking(false);
    }
  };
  const refusal = troubleOf(action);
  const trouble =
    unused !== null
      ? { field: "passkey", sentence: unused }
      : refusal === null
        ? null
        : { field: action.refusals[0]?.field ?? "", sentence: refusal };
  return { name, code, setName, setCode, enrol, pending: action.pending || making, trouble };
}
