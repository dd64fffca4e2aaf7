"use client";
import { CircleDashed, Layers } from "lucide-react";
import { PlanView } from "#components/plan/plan-view.tsx";
import { Reasons } from "#components/plan/reasons.tsx";
import { SimilarList } from "#components/plan/similar-list.tsx";
import { Notice } from "#components/ui/banner.tsx";
import { Card } from "#components/ui/card.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { Preview } from "#lib/claims/requests/preview.ts";
import type { Decision } from "#lib/domain/decision.ts";

/** Policy in sentences, as one types. Holds its last answer until the next comes, so that nothing jumps. */
export function PolicyCard({
  preview,
  trouble,
  fresh,
  waiting,
}: {
  readonly preview: Pick<Preview, "decision" | "refusals"> | null;
  readonly trouble: string | null;
  readonly fresh: boolean;
  /** What is to be done before policy speaks; else what a new request is filled with. */
  readonly waiting?: string;
}) {
  return (
    <Card title="What policy says" aside={<span aria-live="polite">{fresh ? "as you type" : "thinking…"}</span>}>
      <div className="-my-1 min-h-24" aria-live="polite">
        {trouble ? <Notice tone="bad">{trouble}</Notice> : null}
        {preview === null && waiting === undefined ? (
          <Waiting />
        ) : preview === null || preview.decision === null ? (
          <NotYet count={preview?.refusals.length ?? 0} waiting={waiting} />
        ) : (
          <Said decision={preview.decision} />
        )}
      </div>
    </Card>
  );
}

const Waiting = () => (
  <div className="grid gap-3 py-2">
    <Skeleton className="h-4 w-4/5" />
    <Skeleton className="h-4 w-3/5" />
  </div>
);

const NotYet = ({ count, waiting }: { readonly count: number; readonly waiting: string | undefined }) => (
  <p className="flex gap-2.5 py-2 text-[13.5px] text-muted">
    <CircleDashed aria-hidden className="mt-0.5 size-4 shrink-0" />
    {waiting ?? "Policy speaks once your answers name what runs it, what it must do and where."}{" "}
    {count > 0 ? `${count} ${count === 1 ? "thing is" : "things are"} still open.` : ""}
  </p>
);

const outcomeWords = {
  refused: "Refused as it stands.",
  asks: "People will be asked.",
  passes: "It passes on its own.",
} as const;

const Said = ({ decision }: { readonly decision: Decision }) => (
  <>
    <p className="pt-1 text-[13.5px] font-[560]">
      {outcomeWords[decision.outcome]}{" "}
      {decision.outcome === "refused" ? "" : decision.stages.map((stage) => stage.sentence).join(" ")}
    </p>
    <Reasons decision={decision} />
  </>
);

/** What others of its kind may do, to compare with; keeps its place while the answer changes. */
export const SimilarCard = ({ preview }: { readonly preview: Preview | null }) =>
  preview === null || preview.similar.length === 0 ? null : (
    <Card title="Similar identities" aside="among those you may see">
      <SimilarList similar={preview.similar} />
    </Card>
  );

/** What will be created, readable or as JSON, and why this credential. */
export function PlanPanel({ preview }: { readonly preview: Preview | null }) {
  return (
    <Card title="What will be created">
      <div className="min-h-40">
        {preview?.plan ? (
          <PlanView plan={preview.plan} reach={preview.reach} />
        ) : (
          <p className="text-muted">The exact objects, names and permissions appear here before anyone is asked.</p>
        )}
        {preview?.ladder ? (
          <p className="mt-3 flex gap-2.5 border-t border-line pt-3 text-[13px] text-muted">
            <Layers aria-hidden className="mt-0.5 size-4 shrink-0" />
            {preview.ladder}
          </p>
        ) : null}
      </div>
    </Card>
  );
}
