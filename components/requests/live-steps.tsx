import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { type Moment, Timeline } from "#components/timeline.tsx";
import { Card } from "#components/ui/card.tsx";
import { lengthOf } from "#components/ui/moment.ts";
import { Time } from "#components/ui/time.tsx";
import type { RequestPage } from "#db/read/request.ts";
import type { StepRow } from "#db/read/request-progress.ts";

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
export function LiveSteps({ intent }: { readonly intent: NonNullable<RequestPage["intent"]> }) {
  const running = intent.state === "running" || intent.state === "undoing";
  return (
    <Card
      title={running ? "What is happening" : "What happened"}
      aside={intent.state === "undoing" ? "being taken back" : running ? "live" : intent.state}
    >
      <Timeline label="Steps" moments={intent.steps.map(momentOf)} />
    </Card>
  );
}

function momentOf(step: StepRow): Moment {
  return {
    id: step.id,
    state: step.undoing && step.state === "done" ? "bad" : states[step.state],
    title: step.undoing ? `Take back: ${step.title}` : step.title,
    remark: remarkOf(step),
    aside: asideOf(step),
  };
}

function remarkOf(step: StepRow): ReactNode {
  if (step.state === "done") return step.evidence || step.target;
  if (step.fault === null)
    return step.state === "ambiguous" ? "The answer was lost; it is being read back." : step.target;
  const next = step.state === "failed" ? "" : " It is tried again by itself.";
  return (
    <span className={step.stuckAt ? "text-bad" : "text-warn"}>
      <TriangleAlert aria-hidden className="mr-1 inline size-3.5" />
      {step.stuckAt ? "Stuck: " : ""}
      {step.fault.sentence} {next}
      {step.attempts > 1 ? ` Attempt ${step.attempts}.` : ""}
    </span>
  );
}

function asideOf(step: StepRow): ReactNode {
  if (step.startedAt && step.finishedAt) return lengthOf(step.finishedAt.getTime() - step.startedAt.getTime());
  if (step.state === "sent" || step.state === "claimed") return "now";
  return step.fault && step.state === "ready" ? <Time at={step.dueAt.toISOString()} /> : null;
}
