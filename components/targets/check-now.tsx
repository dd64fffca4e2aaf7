"use client";
import { RefreshCw } from "lucide-react";
import type { Answer } from "#lib/web/action.ts";
import { Button } from "../ui/button.tsx";
import { troubleOf, useAction } from "../use-action.ts";

/** Asks the worker to check one place now; the result appears as soon as it has. */
export function CheckNow({
  name,
  act,
}: {
  readonly name: string;
  readonly act: (input: { name: string }) => Promise<Answer<null>>;
}) {
  const action = useAction(act);
  const trouble = troubleOf(action);
  return (
    <>
      {trouble ? <span className="text-bad">{trouble}</span> : null}
      <Button size="sm" pending={action.pending} onClick={() => action.run({ name })}>
        <RefreshCw aria-hidden /> Check now
      </Button>
    </>
  );
}
