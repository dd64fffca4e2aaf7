import { ListChecks } from "lucide-react";
import type { ApprovalPage, QueueItem } from "#db/read/approvals.ts";
import type { AccessView } from "#lib/judgement/view-access.ts";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Time } from "../ui/time.tsx";
import { ApprovalCard } from "./approval-card.tsx";
import type { DecideActions } from "./decide.tsx";
import { Queue } from "./queue.tsx";

/** What should I decide next? Queue and card; the next card slides in when one is decided. */
export function Approvals(props: {
  readonly items: readonly QueueItem[];
  readonly page: ApprovalPage | null;
  readonly roles: readonly string[];
  readonly last: { readonly name: string; readonly at: Date } | null;
  readonly actions: DecideActions;
  readonly access: AccessView | null;
}) {
  if (props.page === null)
    return (
      <Card label="Approvals">
        <EmptyState icon={<ListChecks aria-hidden />} title="Nothing waits for you">
          {props.last ? (
            <>
              Last decision: {props.last.name}, <Time at={props.last.at.toISOString()} />.
            </>
          ) : (
            "Requests that policy sends to your role appear here."
          )}
        </EmptyState>
      </Card>
    );
  const { item, given } = props.page;
  const stage = item.stages.findIndex(
    (one, at) =>
      props.roles.includes(one.role) &&
      given.filter((verdict) => verdict.stage === at && verdict.verdict === "approve").length < one.count,
  );
  return (
    <div className="grid gap-4 lg:grid-cols-[340px_minmax(0,1fr)]">
      <Queue items={props.items} selected={item.id} />
      <ApprovalCard
        key={`${item.id}/${item.version}`}
        page={props.page}
        stage={Math.max(stage, 0)}
        queue={props.items.map(({ id }) => id)}
        actions={props.actions}
        access={props.access}
      />
    </div>
  );
}
