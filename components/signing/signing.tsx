"use client";
import { createContext, type ReactNode, useContext, useRef, useState } from "react";
import { DialogInItsPlace } from "#components/ui/dialog.tsx";
import { onDemand } from "#components/ui/on-demand.ts";
import type { ToSign } from "#lib/claims/signing.ts";
import type { Assertion } from "#lib/domain/signature.ts";

const askForKey = onDemand(async () => (await import("./ask-for-key.tsx")).AskForKey);

type Wanted = ToSign["sign"];
/** Asks for a gesture over what is to be signed; null when the person would rather not. */
export type Sign = (wanted: Wanted) => Promise<Assertion | null>;

const SigningContext = createContext<Sign>(async () => null);
export const useSign = (): Sign => useContext(SigningContext);

/** Gives every verb below it a way to ask for a gesture: what will be signed is read first, in words, then the key is used. */
export function Signing({ children }: { readonly children: ReactNode }) {
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const answer = useRef<(assertion: Assertion | null) => void>(() => undefined);
  const sign: Sign = (next) =>
    new Promise((resolve) => {
      answer.current = resolve;
      setWanted(next);
    });
  const done = (assertion: Assertion | null) => {
    setWanted(null);
    answer.current(assertion);
  };
  return (
    <SigningContext value={sign}>
      {children}
      {wanted === null ? null : (
        <DialogInItsPlace of={askForKey} title="Sign with your passkey" close={() => done(null)}>
          {(AskForKey) => <AskForKey wanted={wanted} done={done} />}
        </DialogInItsPlace>
      )}
    </SigningContext>
  );
}
