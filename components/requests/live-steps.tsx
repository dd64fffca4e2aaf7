import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { type Moment, Timeline } from "#components/timeline.tsx";
import { Card } from "#components/ui/card.tsx";
import { lengthOf } from "#components/ui/moment.ts";
import { Time } from "#components/ui/time.tsx";
import type { RequestPage } from "#db/read/request.ts";
import type { StepRow } from "#db/read/request-progress.ts";
import { type Retry, TryAgain } from "./try-again.tsx";

const states: { readonly [S in StepRow["state"]]: Moment["state"] } = {
  waiting: "ahead",
  ready: "ahead",
  claimed: "now",
  sent: "now",
  ambiguous: "now",
  done: "done",
  failed: "bad",
  undone: "ahead",
};

/** The worker's steps as they happen, with evidence; a failed one says why and what happens next. */
export function LiveSteps({
  intent,
  held,
  retry,
}: {
  readonly intent: NonNullable<RequestPage["intent"]>;
  /** Until when a retirement waits before it removes; null for anything else. */
  readonly held: Date | null;
  /** Null for who may not have a stuck step tried again. */
  readonly retry: Retry | null;
}) {
  const running = intent.state === "running" || intent.state === "undoing";
  return (
    <Card title={running ? "What is happening" : "What happened"} aside={asideOfAll(intent.state, held)}>
      <Timeline
        label="Steps"
        moments={intent.steps.map((step) => {
          const moment = momentOf(step, retry);
          return held && step.state !== "done" && step.fault === null
            ? { ...moment, remark: <Waits until={held} /> }
            : moment;
        })}
      />
    </Card>
  );
}

function asideOfAll(state: NonNullable<RequestPage["intent"]>["state"], held: Date | null): string {
  if (held) return "disabled, waiting";
  if (state === "undoing") return "being taken back";
  return state === "running" ? "live" : state;
}

const Waits = ({ until }: { readonly until: Date }) => (
  <>
    Waits until <Time at={until.toISOString()} as="date" />; renewing until then enables it again.
  </>
);

function momentOf(step: StepRow, retry: Retry | null): Moment {
  return {
    id: step.id,
    state: (step.undoing && step.state === "done") || isStuck(step) ? "bad" : states[step.state],
    title: step.undoing ? `Take back: ${step.title}` : step.title,
    remark: remarkOf(step, retry),
    aside: asideOf(step),
  };
}

const isStuck = ({ state, stuckAt }: StepRow): boolean => stuckAt !== null && state !== "done" && state !== "undone";

function remarkOf(step: StepRow, retry: Retry | null): ReactNode {
  if (step.state === "done") return step.evidence || step.target;
  if (step.fault === null)
    return step.state === "ambiguous" ? "The answer was lost; it is being read back." : step.target;
  return (
    <>
      <span className={step.stuckAt ? "text-bad" : "text-warn"}>
        <TriangleAlert aria-hidden className="mr-1 inline size-3.5" />
        {step.stuckAt ? "Stuck: " : ""}
        {step.fault.sentence}
      </span>
      <span className="block">{nextOf(step)}</span>
      {step.stuckAt && retry ? (
        <span className="mt-1.5 grid justify-items-start gap-1.5">
          <TryAgain step={step.id} title={step.title} retry={retry} />
        </span>
      ) : null}
    </>
  );
}

/** What happens next to a step that met a fault. */
function nextOf({ state, attempts, dueAt, stuckAt, target }: StepRow): ReactNode {
  if (state === "failed") return "It is not tried again; what was made before it is taken back.";
  return (
    <>
      Attempt {attempts}; tried again by itself <Time at={dueAt.toISOString()} />.
      {stuckAt ? ` An operator mends the cause on ${target} and may have it tried at once.` : ""}
    </>
  );
}

function asideOf(step: StepRow): ReactNode {
  if (step.startedAt && step.finishedAt) return lengthOf(step.finishedAt.getTime() - step.startedAt.getTime());
  if (step.state === "sent" || step.state === "claimed") return "now";
  return step.fault && step.state === "ready" ? <Time at={step.dueAt.toISOString()} /> : null;
}
