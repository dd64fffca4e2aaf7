import { ShieldAlert } from "lucide-react";
import Link from "next/link";
import type { QueueItem } from "#db/read/approvals.ts";
import { kindWords } from "../charter/words.ts";
import { EnvironmentBadge } from "../status.tsx";
import { Badge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { cx } from "../ui/cx.ts";
import { Deadline } from "../ui/time.tsx";

/** What waits for the viewer, riskiest and oldest first. */
export const Queue = ({
  items,
  selected,
}: {
  readonly items: readonly QueueItem[];
  readonly selected: string | null;
}) => (
  <Card
    flush
    title="Waiting for you"
    aside={`${items.length} · riskiest first`}
    className="max-h-72 self-start overflow-y-auto lg:sticky lg:top-16 lg:max-h-[calc(100vh-80px)]"
  >
    <ol>
      {items.map((item) => (
        <li key={item.id} className="border-b border-line last:border-b-0">
          <Link
            href={`/approvals?r=${item.id}`}
            scroll={false}
            aria-current={item.id === selected ? "true" : undefined}
            className={cx(
              "block px-3.5 py-2.5 hover:bg-hover",
              item.id === selected && "bg-accent-soft shadow-[inset_3px_0_var(--accent)] hover:bg-accent-soft",
            )}
          >
            <span className="flex items-baseline gap-2">
              <b className="min-w-0 truncate font-[560]">{item.charter.name}</b>
              {item.deadline ? (
                <span className="ml-auto text-sm">
                  <Deadline at={item.deadline.toISOString()} />
                </span>
              ) : null}
            </span>
            <span className="block truncate text-[12.5px] text-muted">
              {[item.kind === "provision" ? "" : kindWords[item.kind], item.charter.target].filter(Boolean).join(" · ")}
            </span>
            <span className="mt-1.5 flex items-center gap-1.5">
              <EnvironmentBadge environment={item.charter.environment} />
              <Mark item={item} />
              <span className="ml-auto truncate text-[12.5px] text-muted">{item.requesterName ?? "the worker"}</span>
            </span>
          </Link>
        </li>
      ))}
    </ol>
  </Card>
);

/** The one thing that most speaks for looking closely. */
function Mark({ item }: { readonly item: QueueItem }) {
  if ((item.reach?.escalations.length ?? 0) > 0)
    return (
      <Badge tone="bad" icon={<ShieldAlert aria-hidden />}>
        Can escalate
      </Badge>
    );
  if ((item.reach?.permissionManagement.length ?? 0) > 0)
    return (
      <Badge tone="bad" icon={<ShieldAlert aria-hidden />}>
        Manages permissions
      </Badge>
    );
  if (item.charter.credential === "static") return <Badge>Static secret</Badge>;
  if (item.version > 1) return <Badge>Version {item.version}</Badge>;
  return <Badge>Risk {item.risk}</Badge>;
}
