"use client";
import { ArrowRight, CircleCheck, CircleDashed, X } from "lucide-react";
import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import type { Refusal } from "#lib/domain/refusal.ts";
import type { Tour, TourDeed, TourStep } from "#lib/web/desk/tour.ts";
import { Button, IconButton, LinkButton } from "../ui/button.tsx";
import { cx } from "../ui/cx.ts";
import { useAction } from "../use-action.ts";
import type { DemoActions } from "./demo-actions.ts";

interface ChecklistProps {
  readonly tour: Tour;
  readonly me: string;
  readonly actions: DemoActions;
  readonly does: (deed: Exclude<TourDeed, "try-own">) => void;
  /** It stays open where a step leads to. */
  readonly stay: () => void;
  readonly hide: () => void;
}

/** The five minutes: what was done is ticked by what the audit log and the launcher know, and the first that was not says how. */
export function Checklist({ hide, ...props }: ChecklistProps) {
  const { tour } = props;
  const next = tour.steps.find(({ done }) => !done);
  const own = useOwn(tour, props.actions.approve);
  const does = (deed: Exclude<TourDeed, "try-own">) => {
    own.forget();
    props.does(deed);
  };
  const stay = () => {
    own.forget();
    props.stay();
  };
  return (
    <section
      aria-label="See it in five minutes"
      data-chrome
      className="border-b border-line bg-surface px-4 py-3 md:px-6"
    >
      <div className="flex items-start gap-2">
        <h2 className="flex-1 text-[13.5px]">
          {next === undefined ? "You have seen it all" : "See it in five minutes"}
        </h2>
        <IconButton label="Hide the checklist" className="-mt-1.5 -mr-2" onClick={hide}>
          <X aria-hidden />
        </IconButton>
      </div>
      <ol className="mt-1.5 gap-x-8 lg:columns-2">
        {tour.steps.map((step, at) => (
          <Step key={step.id} step={step} at={at} isNext={step === next}>
            {step === next ? <Ways {...props} {...{ step, own, does, stay }} /> : null}
            {step.deed === "try-own" ? <Refused refusals={own.refusals} /> : null}
          </Step>
        ))}
      </ol>
    </section>
  );
}

interface StepProps {
  readonly step: TourStep;
  readonly at: number;
  /** The first that was not done says how. */
  readonly isNext: boolean;
  readonly children: ReactNode;
}
const Step = ({ step, at, isNext, children }: StepProps) => (
  <li className="flex break-inside-avoid gap-2 py-0.5">
    {step.done ? (
      <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />
    ) : (
      <CircleDashed aria-hidden className="mt-0.5 size-4 shrink-0 text-faint" />
    )}
    <div className="min-w-0 text-sm">
      <span className={cx(step.done && "text-muted", isNext && "font-[560]")}>
        <span className="sr-only">{step.done ? "Done: " : `Step ${at + 1}: `}</span>
        {step.title}
      </span>
      {isNext ? <p className="text-muted">{step.detail}</p> : null}
      {children}
    </div>
  </li>
);

/**
 * Sends the approval that no page offers to the requester. The refusal ticks the step, and stays said until another is taken or the
 * page is left; it is in the audit log.
 */
function useOwn({ request }: Tour, approve: DemoActions["approve"]) {
  const router = useRouter();
  const path = usePathname();
  const [triedAt, setTriedAt] = useState<string | null>(null);
  const { run, pending, refusals } = useAction(approve);
  const attempt = async () => {
    if (request === null) return;
    const { id, version, planDigest } = request;
    setTriedAt(path);
    await run({ request: id, version, planDigest, stage: 0, reason: "" });
    router.refresh();
  };
  return { attempt, pending, refusals: triedAt === path ? refusals : [], forget: () => setTriedAt(null) };
}

const Refused = ({ refusals }: { readonly refusals: readonly Refusal[] }) =>
  refusals.map(({ sentence }) => (
    <p key={sentence} className="text-bad">
      {sentence}
    </p>
  ));

interface WaysProps extends Omit<ChecklistProps, "hide" | "tour"> {
  readonly step: TourStep;
  readonly own: ReturnType<typeof useOwn>;
}

/** How to take a step: as whom, where, or with what. */
function Ways({ step, me, actions, does, stay, own }: WaysProps) {
  const other = step.as !== null && step.as.name !== me ? step.as : null;
  const to = step.href ?? "/";
  const goAs = (hint: string) => {
    stay();
    void actions.signIn({ to, hint });
  };
  return (
    <div className="mt-1.5 flex flex-wrap items-center gap-2">
      {other === null ? null : (
        <Button size="sm" onClick={() => goAs(other.subject)}>
          As {other.name}
          <ArrowRight aria-hidden />
        </Button>
      )}
      {other === null && step.href !== null ? (
        <LinkButton size="sm" href={step.href} onClick={stay}>
          Go there
          <ArrowRight aria-hidden />
        </LinkButton>
      ) : null}
      {other === null && step.deed !== null ? <Deed deed={step.deed} does={does} own={own} /> : null}
    </div>
  );
}

const verbs: { readonly [D in Exclude<TourDeed, "try-own">]: string } = {
  kill: "Kill the worker…",
  token: "Exchange tokens…",
  skip: "Skip days…",
  audit: "Verify the log…",
};

function Deed({ deed, does, own }: Pick<WaysProps, "does" | "own"> & { readonly deed: TourDeed }) {
  return deed === "try-own" ? (
    <Button size="sm" pending={own.pending} onClick={own.attempt}>
      Approve it anyway
    </Button>
  ) : (
    <Button size="sm" onClick={() => does(deed)}>
      {verbs[deed]}
    </Button>
  );
}
