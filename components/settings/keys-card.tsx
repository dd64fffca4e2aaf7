"use client";
import { useRouter } from "next/navigation";
import { Trouble } from "#components/trouble.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { useAction } from "#components/use-action.ts";
import type { KeyLine, KeySettings } from "#db/read/passkeys.ts";
import { EnrolKey } from "./enrol-key.tsx";
import { Confirm, type KeyActions, Line } from "./key-line.tsx";
import { VouchForKeys } from "./vouch-for-keys.tsx";

/** One's passkeys with their last use, a way to enrol another, and for security the keys that wait for a signature. */
export function KeysCard({ keys, actions }: { readonly keys: KeySettings; readonly actions: KeyActions }) {
  const usable = keys.mine.filter(({ state }) => state === "usable").length;
  return (
    <Card title="Passkeys" aside="sign what you decide, where policy asks for it">
      <div className="grid gap-4">
        {keys.mine.length === 0 ? (
          <p className="text-sm text-muted">
            You have no passkey. Enrol one with the code that the worker&apos;s host printed for you, or once two of
            security have invited you.
          </p>
        ) : (
          <ul className="-mx-4 -mt-3.5 border-b border-line">
            {keys.mine.map((line) => (
              <Line key={line.id} line={line}>
                {line.state === "waits" && usable > 0 ? <Confirm line={line} confirm={actions.confirmKey} /> : null}
                {line.state === "revoked" ? null : <Revoke line={line} revoke={actions.revokeKey} />}
              </Line>
            ))}
          </ul>
        )}
        <Trouble refusals={keys.refused} fault={null} />
        <EnrolKey invitedUntil={keys.invitedUntil} enrol={actions.enrolKey} />
        <VouchForKeys keys={keys} actions={actions} />
      </div>
    </Card>
  );
}

function Revoke({ line, revoke }: { readonly line: KeyLine; readonly revoke: KeyActions["revokeKey"] }) {
  const router = useRouter();
  const { run, pending, refusals, fault } = useAction(revoke);
  const press = async () => {
    if ((await run({ passkey: line.id })) !== null) router.refresh();
  };
  return (
    <>
      <Button size="sm" look="danger" pending={pending} onClick={() => void press()}>
        Revoke<span className="sr-only"> {line.name}</span>
      </Button>
      <Trouble refusals={refusals} fault={fault} />
    </>
  );
}
