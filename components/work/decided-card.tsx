import { Ban, CircleCheck } from "lucide-react";
import Link from "next/link";
import { RequestStatus } from "#components/status.tsx";
import { Card } from "#components/ui/card.tsx";
import { Time } from "#components/ui/time.tsx";
import type { Decided } from "#db/read/decided.ts";

/** This person's newest verdicts, each with what came of it. */
export const DecidedCard = ({ rows }: { readonly rows: readonly Decided[] }) => (
  <Card title="You decided" flush>
    <ul>
      {rows.map((row) => (
        <li
          key={row.request}
          className="grid min-h-10 grid-cols-[1rem_minmax(0,1fr)] items-center gap-x-3 border-b border-line px-4 py-1.5 last:border-b-0"
        >
          {row.verdict === "approve" ? (
            <CircleCheck aria-hidden className="size-4 text-good" />
          ) : (
            <Ban aria-hidden className="size-4 text-bad" />
          )}
          <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
            <Link
              href={`/requests/${row.request}`}
              className="min-w-0 flex-1 basis-full truncate hover:underline md:basis-40"
            >
              <span className="font-[540]">{row.name}</span>{" "}
              <span className="text-muted">{row.verdict === "approve" ? "approved" : "denied"}</span>
            </Link>
            <RequestStatus state={row.state} kind={row.kind} stuck={row.stuck} />
            <span className="text-right text-sm text-muted max-md:ml-auto md:min-w-20">
              <Time at={row.at} />
            </span>
          </div>
        </li>
      ))}
    </ul>
  </Card>
);
