"use client";
import { createContext, lazy, type ReactNode, Suspense, useContext, useRef, useState } from "react";
import type { ToSign } from "#lib/claims/signing.ts";
import type { Assertion } from "#lib/domain/signature.ts";

const AskForKey = lazy(() => import("./ask-for-key.tsx").then(({ AskForKey: component }) => ({ default: component })));

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
      <Suspense>{wanted === null ? null : <AskForKey wanted={wanted} done={done} />}</Suspense>
    </SigningContext>
  );
}
