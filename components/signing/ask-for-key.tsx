"use client";
import { startAuthentication } from "@simplewebauthn/browser";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Code } from "#components/ui/code.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import type { ToSign } from "#lib/claims/signing.ts";
import type { Assertion } from "#lib/domain/signature.ts";
import { troubleWithKey } from "./trouble-with-key.ts";

/** What will be signed, in words, and the button that uses the key. A key that was not used changes nothing and may be tried again. */
export function AskForKey(props: {
  readonly wanted: ToSign["sign"];
  readonly done: (assertion: Assertion | null) => void;
}) {
  const { wanted, done } = props;
  const [pending, setPending] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const sign = async () => {
    setPending(true);
    setTrouble(null);
    try {
      done(await gesture(wanted));
    } catch (error) {
      setTrouble(troubleWithKey(error));
      setPending(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : done(null))}
      title="Sign with your passkey"
      sentence={wanted.sentence}
      foot={
        <>
          <Button onClick={() => done(null)}>Cancel</Button>
          <Button look="primary" pending={pending} onClick={() => void sign()} autoFocus>
            <KeyRound aria-hidden />
            Use passkey
          </Button>
        </>
      }
    >
      <div className="grid gap-3 text-sm">
        <p className="text-muted">
          Your passkey signs exactly this and nothing else. The worker checks it again before it counts.
        </p>
        <details>
          <summary className="cursor-pointer text-muted">What is signed, word for word</summary>
          <div className="mt-2">
            <Code text={JSON.stringify(wanted.statement, null, 2)} label="statement" wrap />
          </div>
        </details>
        <p role="status" className="text-bad empty:hidden">
          {trouble}
        </p>
      </div>
    </Dialog>
  );
}

async function gesture({ options, statement }: ToSign["sign"]): Promise<Assertion> {
  const { id, response } = await startAuthentication({ optionsJSON: options });
  const { authenticatorData, clientDataJSON, signature } = response;
  return { challengeId: statement.challengeId, credentialId: id, authenticatorData, clientDataJSON, signature };
}
