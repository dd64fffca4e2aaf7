import { CalendarClock } from "lucide-react";
import Link from "next/link";
import type { RegisteredException } from "#db/read/exceptions.ts";
import { EnvironmentBadge } from "../status.tsx";
import { Badge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Time } from "../ui/time.tsx";

/** The register: which identity policy was bent for, why, until when, and who answers for it. */
export const Exceptions = ({ exceptions }: { readonly exceptions: readonly RegisteredException[] }) => (
  <Card title="Exceptions" aside={countOf(exceptions)} flush>
    {exceptions.length === 0 ? (
      <EmptyState icon={<CalendarClock aria-hidden />} title="No exception was ever approved">
        Where a rule allows one, its request names a reason, an end and who answers for it; it is then listed here.
      </EmptyState>
    ) : (
      <ul>
        {exceptions.map((one) => (
          <li key={one.id} className="border-b border-line px-4 py-2.5 last:border-b-0">
            <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <Link className="link font-[560]" href={`/identities/${one.identity}`}>
                {one.name}
              </Link>
              <EnvironmentBadge environment={one.environment} />
              <State of={one} />
            </p>
            <p className="break-words" dir="auto">
              {one.reason}
            </p>
            <p className="text-[12.5px] text-muted">
              {one.owner} answers for it ·{" "}
              <Link className="link" href={`/requests/${one.request}`}>
                approved <Time at={one.openedAt.toISOString()} as="date" />
              </Link>{" "}
              · {one.ended ? "ended" : "ends"} <Time at={one.endsAt.toISOString()} as="date" />
              {one.ended && one.closedAt === null ? ". Renew the identity with a later end, or retire it." : null}
            </p>
          </li>
        ))}
      </ul>
    )}
  </Card>
);

function countOf(exceptions: readonly RegisteredException[]): string {
  const inForce = exceptions.filter(({ closedAt, ended }) => closedAt === null && !ended).length;
  return `${inForce} in force`;
}

function State({ of: { closedAt, ended } }: { readonly of: RegisteredException }) {
  if (closedAt !== null) return <Badge tone="neutral">Closed</Badge>;
  return ended ? <Badge tone="bad">Ended, still carried</Badge> : <Badge tone="warn">In force</Badge>;
}
