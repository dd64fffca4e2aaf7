import { ListChecks } from "lucide-react";
import type { ApprovalPage, QueueItem } from "#db/read/approvals.ts";
import type { AccessView } from "#lib/judgement/view-access.ts";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Time } from "../ui/time.tsx";
import { ApprovalCard } from "./approval-card.tsx";
import type { DecideActions } from "./decide.tsx";
import { Gone } from "./gone.tsx";
import { Pin } from "./pin.tsx";
import { Queue } from "./queue.tsx";

const columns = "grid gap-4 lg:grid-cols-[340px_minmax(0,1fr)]";

interface ApprovalsProps {
  readonly items: readonly QueueItem[];
  readonly page: ApprovalPage | null;
  /** The request that the address names; null where it names none. */
  readonly asked: string | null;
  readonly roles: readonly string[];
  readonly last: { readonly name: string; readonly at: Date } | null;
  readonly actions: DecideActions;
  readonly access: AccessView | null;
}

/** What should I decide next? Queue and card; the next card slides in when one is decided. */
export function Approvals(props: ApprovalsProps) {
  const { page, asked } = props;
  if (page === null) return asked === null ? <Nothing last={props.last} /> : <Elsewhere {...props} asked={asked} />;
  const { item, given } = page;
  const stage = item.stages.findIndex(
    (one, at) =>
      props.roles.includes(one.role) &&
      given.filter((verdict) => verdict.stage === at && verdict.verdict === "approve").length < one.count,
  );
  return (
    <div className={columns}>
      <Queue items={props.items} selected={item.id} />
      <Pin request={item.id} />
      <ApprovalCard
        key={`${item.id}/${item.version}`}
        page={page}
        stage={Math.max(stage, 0)}
        queue={props.items.map(({ id }) => id)}
        actions={props.actions}
        access={props.access}
      />
    </div>
  );
}

const Nothing = ({ last }: Pick<ApprovalsProps, "last">) => (
  <Card label="Approvals">
    <EmptyState icon={<ListChecks aria-hidden />} title="Nothing waits for you">
      {last ? (
        <>
          Last decision: {last.name}, <Time at={last.at.toISOString()} />.
        </>
      ) : (
        "Requests that policy sends to your role appear here."
      )}
    </EmptyState>
  </Card>
);

/** What the address names is not in the queue, whatever else is. */
function Elsewhere({ items, asked }: { readonly items: readonly QueueItem[]; readonly asked: string }) {
  const [first] = items;
  if (first === undefined) return <Gone request={asked} next={null} />;
  return (
    <div className={columns}>
      <Queue items={items} selected={null} />
      <Gone request={asked} next={{ id: first.id, name: first.charter.name }} />
    </div>
  );
}
