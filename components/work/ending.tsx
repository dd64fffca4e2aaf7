import Link from "next/link";
import { EnvironmentBadge } from "#components/status.tsx";
import { Card } from "#components/ui/card.tsx";
import { Deadline, Time } from "#components/ui/time.tsx";
import type { MyWork } from "#db/read/my-work.ts";
import { sayDays } from "#lib/domain/tile.ts";
import { Line } from "./line.tsx";

export const endingId = "ending";
/** "end within 30 days, or have ended". */
export const sayEnding = (days: number | null, count: number): string => {
  const ended = count === 1 ? "has ended" : "have ended";
  return days === null ? ended : `${count === 1 ? "ends" : "end"} within ${sayDays(days)}, or ${ended}`;
};

/** Identities this person stands behind whose end is near, soonest first. */
export const Ending = ({ ending: { rows, total, days } }: { readonly ending: MyWork["ending"] }) => (
  <Card
    title={`Your identities that ${sayEnding(days, 2)}`}
    id={endingId}
    aside={total > rows.length ? `the first ${rows.length} of ${total}` : `${total}`}
    flush
  >
    <ul>
      {rows.map((row) => (
        <Line key={row.id}>
          <Link
            href={`/identities/${row.id}`}
            className="min-w-0 flex-1 truncate font-[540] hover:underline max-md:basis-[calc(100%-5rem)]"
          >
            {row.name}
          </Link>
          <EnvironmentBadge environment={row.environment} />
          {row.state === "retiring" ? (
            <span className="text-sm text-muted">
              ended <Time at={row.endsAt.toISOString()} />,{" "}
              {row.removeAt === null ? <span className="text-bad">not disabled yet</span> : "disabled"}
            </span>
          ) : (
            <Deadline at={row.endsAt.toISOString()} />
          )}
        </Line>
      ))}
    </ul>
  </Card>
);
