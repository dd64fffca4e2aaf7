"use client";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { Trouble } from "#components/trouble.tsx";
import { Button } from "#components/ui/button.tsx";
import { useAction } from "#components/use-action.ts";
import { useLookAgain } from "#components/use-preview.ts";
import type { Preview } from "#lib/claims/requests/preview.ts";
import type { Answers } from "#lib/domain/answers.ts";
import type { FormVerbs } from "./contract.ts";

interface SubmitProps {
  readonly id: string;
  readonly answers: Answers;
  readonly preview: Preview | null;
  /** Whether the preview is of these very answers. */
  readonly fresh: boolean;
  readonly submit: FormVerbs["submit"];
  readonly onSend: () => void;
  /** Holds the draft back while the form is under way. */
  readonly hold: (on: boolean) => void;
  /** Looks at what becomes of it again. */
  readonly again: () => void;
}

/** Sends the form with the plan that was shown. Pressed while the preview lags behind, it waits for that and then sends. */
export function Submit({ id, answers, preview, fresh, submit, onSend, hold, again }: SubmitProps) {
  const router = useRouter();
  const { run, pending, refusals, fault } = useAction(submit);
  useLookAgain(refusals, again);
  const [pressed, setPressed] = useState(false);
  const refused = preview?.decision?.outcome === "refused";
  const open = preview?.refusals.length ?? 0;
  const planDigest = open === 0 && !refused ? (preview?.planDigest ?? null) : null;
  useEffect(() => {
    if (!pressed || !fresh) return;
    setPressed(false);
    if (planDigest === null) return;
    hold(true);
    void run({ id, answers, planDigest }).then((done) =>
      done === null ? hold(false) : router.push(`/requests/${id}`),
    );
  });
  const press = () => {
    onSend();
    setPressed(true);
  };
  return (
    <div className="grid w-full gap-2">
      <div className="flex flex-wrap items-center gap-2.5">
        <Button look="primary" pending={pending || pressed} aria-disabled={planDigest === null} onClick={press}>
          {preview?.decision?.outcome === "passes" ? "Submit" : "Submit for approval"}
        </Button>
        <span className="text-sm text-muted" aria-live="polite">
          {refused
            ? "Policy refuses it as it stands"
            : open > 0
              ? `${open} ${open === 1 ? "thing" : "things"} to mend`
              : ""}
        </span>
      </div>
      <Trouble refusals={refusals} fault={fault} />
    </div>
  );
}
