"use client";
import { CircleCheck, CircleX } from "lucide-react";
import Link from "next/link";
import { useEffect, useState } from "react";
import { EnvironmentBadge } from "#components/status.tsx";
import { Trouble } from "#components/trouble.tsx";
import { Button } from "#components/ui/button.tsx";
import { useAction } from "#components/use-action.ts";
import { useLookAgain } from "#components/use-preview.ts";
import type { Each } from "#lib/claims/requests/submit-each.ts";
import type { Answers } from "#lib/domain/answers.ts";
import type { FormVerbs } from "./contract.ts";
import { type Side, verdictOf } from "./side-by-side.tsx";

interface SubmitEachProps {
  readonly id: string;
  readonly answers: Answers;
  readonly sides: readonly Side[];
  /** Whether the previews are of these very answers. */
  readonly fresh: boolean;
  readonly submitEach: FormVerbs["submitEach"];
  readonly onSend: () => void;
  /** Holds the draft back while the form is under way, and after it. */
  readonly hold: (on: boolean) => void;
  /** Looks at what becomes of it again. */
  readonly again: () => void;
}

/** Sends every environment that can be sent, each with the plan that was shown; says which stay behind, before and after. */
export function SubmitEach({ id, answers, sides, fresh, submitEach, onSend, hold, again }: SubmitEachProps) {
  const { run, pending, refusals, fault } = useAction(submitEach);
  useLookAgain(refusals, again);
  const [pressed, setPressed] = useState(false);
  const [done, setDone] = useState<readonly Each[] | null>(null);
  const plans = sides.flatMap(({ environment, preview }) => {
    const { tone } = verdictOf(preview);
    const sent = (tone === "passes" || tone === "asks") && preview.planDigest !== null;
    return sent ? [{ environment, planDigest: preview.planDigest ?? "" }] : [];
  });
  const behind = sides.filter(({ environment }) => plans.every((plan) => plan.environment !== environment));
  useEffect(() => {
    if (!pressed || !fresh) return;
    setPressed(false);
    if (plans.length === 0) return;
    hold(true);
    void run({ id, answers, plans }).then((sent) => {
      if (sent === null) return hold(false);
      setDone(sent.ok);
      // Its draft goes once its request is settled, and the page with it if the address named that.
      window.history.replaceState(null, "", `/requests/new?blueprint=${answers.blueprint}`);
    });
  });
  if (done !== null) return <Done done={done} />;
  const press = () => {
    onSend();
    setPressed(true);
  };
  return (
    <div className="grid w-full gap-2">
      <div className="flex flex-wrap items-center gap-2.5">
        <Button look="primary" pending={pending || pressed} aria-disabled={plans.length === 0} onClick={press}>
          {behind.length === 0 ? `Submit all ${sides.length}` : `Submit ${plans.length} of ${sides.length}`}
        </Button>
        <span className="text-sm text-muted" aria-live="polite">
          {behind.length === 0
            ? "One request each"
            : `${behind.map(({ environment }) => environment).join(" and ")} ${behind.length === 1 ? "stays" : "stay"} behind as a draft`}
        </span>
      </div>
      <Trouble refusals={refusals} fault={fault} />
    </div>
  );
}

const Done = ({ done }: { readonly done: readonly Each[] }) => (
  <ul className="grid gap-1.5 text-[13.5px]" aria-label="What was sent">
    {done.map(({ environment, id, refusals }) => (
      <li key={environment} className="flex gap-2">
        {refusals === null ? (
          <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />
        ) : (
          <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
        )}
        <span className="min-w-0">
          <EnvironmentBadge environment={environment} />{" "}
          {refusals === null ? (
            <Link className="link" href={`/requests/${id}`}>
              Sent: see the request
            </Link>
          ) : (
            <>
              Not sent. {refusals.map(({ sentence, mend }) => [sentence, mend].filter(Boolean).join(" ")).join(" ")}{" "}
              {/* A page of its own: a link within the app would keep the form that is open. */}
              <a className="link" href={`/requests/new?draft=${id}`}>
                Go on with its draft
              </a>
            </>
          )}
        </span>
      </li>
    ))}
  </ul>
);
