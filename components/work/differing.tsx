import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import { capital } from "#components/ui/capital.ts";
import { Card } from "#components/ui/card.tsx";
import { Time } from "#components/ui/time.tsx";
import type { MyWork } from "#db/read/my-work.ts";
import { wordsOf } from "#lib/domain/finding.ts";
import { Line } from "./line.tsx";

/** What the reconciler saw at targets and nobody has settled: each kind with its count, then the worst of them. */
export const Differing = ({ differing: { kinds, rows } }: { readonly differing: MyWork["differing"] }) => (
  <Card
    title="Differs at the targets"
    aside={kinds.map(({ kind, count }) => (
      <Link key={kind} className="link my-1 whitespace-nowrap" href={`/findings?kind=${kind}`}>
        {count} {wordsOf(kind).title.toLowerCase()}
      </Link>
    ))}
    flush
  >
    <ul>
      {rows.map((row) => (
        <Line key={row.id}>
          <TriangleAlert aria-hidden />
          <Link
            href={row.identity ? `/identities/${row.identity}` : `/findings?kind=${row.kind}`}
            className="min-w-0 flex-1 wrap-anywhere hover:underline"
          >
            {row.name === null ? null : <span className="font-[540]">{row.name} </span>}
            {row.name === null ? capital(row.sentence) : row.sentence} <span className="text-muted">{row.target}</span>
          </Link>
          <span className="text-sm text-muted">
            <Time at={row.openedAt.toISOString()} />
          </span>
        </Line>
      ))}
    </ul>
  </Card>
);
