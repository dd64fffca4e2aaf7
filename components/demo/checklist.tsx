"use client";
import { ArrowRight, CircleCheck, CircleDashed, X } from "lucide-react";
import { useRouter } from "next/navigation";
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
          <li key={step.id} className="flex break-inside-avoid gap-2 py-0.5">
            {step.done ? (
              <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />
            ) : (
              <CircleDashed aria-hidden className="mt-0.5 size-4 shrink-0 text-faint" />
            )}
            <div className="min-w-0 text-sm">
              <span className={cx(step.done && "text-muted", step === next && "font-[560]")}>
                <span className="sr-only">{step.done ? "Done: " : `Step ${at + 1}: `}</span>
                {step.title}
              </span>
              {step === next ? (
                <>
                  <p className="text-muted">{step.detail}</p>
                  <Ways step={step} {...props} />
                </>
              ) : null}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface WaysProps extends Omit<ChecklistProps, "hide"> {
  readonly step: TourStep;
}

/** How to take a step: as whom, where, or with what. */
function Ways({ step, tour, me, actions, does, stay }: WaysProps) {
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
      {other === null && step.deed !== null ? (
        <Deed deed={step.deed} tour={tour} actions={actions} does={does} />
      ) : null}
    </div>
  );
}

const verbs: { readonly [D in Exclude<TourDeed, "try-own">]: string } = {
  kill: "Kill the worker…",
  token: "Exchange tokens…",
  skip: "Skip days…",
  audit: "Verify the log…",
};

function Deed(props: Omit<WaysProps, "step" | "me" | "stay"> & { readonly deed: TourDeed }) {
  const { deed } = props;
  if (deed === "try-own") return <TryOwn {...props} />;
  return (
    <Button size="sm" onClick={() => props.does(deed)}>
      {verbs[deed]}
    </Button>
  );
}

/** Sends the approval that no page offers to the requester; the refusal is said, and stays in the audit log. */
function TryOwn({ tour, actions }: Pick<WaysProps, "tour" | "actions">) {
  const router = useRouter();
  const { run, pending, refusals } = useAction(actions.approve);
  if (tour.request === null) return null;
  const { id: request, version, planDigest } = tour.request;
  const attempt = async () => {
    await run({ request, version, planDigest, stage: 0, reason: "" });
    router.refresh();
  };
  return (
    <>
      <Button size="sm" pending={pending} onClick={attempt}>
        Approve it anyway
      </Button>
      {refusals.map(({ sentence }) => (
        <span key={sentence} className="text-bad">
          {sentence}
        </span>
      ))}
    </>
  );
}
