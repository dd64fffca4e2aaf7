"use client";
import { Button } from "../ui/button.tsx";
import { troubleOf, useAction } from "../use-action.ts";
import type { IdentityActions } from "./verb-dialogs.tsx";

/** Ends the older credential of a rotation without waiting for its overlap. */
export function EndOverlap({
  identity,
  act,
}: {
  readonly identity: string;
  readonly act: IdentityActions["endOverlap"];
}) {
  const action = useAction(act);
  const trouble = troubleOf(action);
  return (
    <>
      {trouble ? <span className="text-bad">{trouble}</span> : null}
      <Button size="sm" pending={action.pending} onClick={() => action.run({ identity })}>
        End it now
      </Button>
    </>
  );
}
