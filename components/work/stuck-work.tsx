import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { RequestVerb } from "#components/requests/confirmed.tsx";
import { TakeBack } from "#components/requests/take-back.tsx";
import { type Retry, TryAgain } from "#components/requests/try-again.tsx";
import { Card } from "#components/ui/card.tsx";
import { Time } from "#components/ui/time.tsx";
import type { MyWork } from "#db/read/my-work.ts";
import { Line } from "./line.tsx";

export interface StuckVerbs {
  readonly retry: Retry;
  readonly takeBack: RequestVerb;
}

export const stuckId = "stuck";

/** Steps that wait for an operator, longest first, with what can be done. */
export const StuckWork = ({
  stuck: { rows, total },
  retry,
  takeBack,
}: { readonly stuck: MyWork["stuck"] } & StuckVerbs) => (
  <Card
    title="Stuck"
    id={stuckId}
    aside={total > rows.length ? `the first ${rows.length} of ${total}` : `${total}`}
    flush
  >
    <ul>
      {rows.map((row) => (
        <Line key={row.id}>
          <TriangleAlert aria-hidden />
          <Link href={`/requests/${row.request}`} className="min-w-0 flex-1 basis-52 hover:underline">
            <span className="font-[540]">{row.name}</span>{" "}
            <span className="text-muted">
              {row.title}, on {row.target}
            </span>
            <span className="block text-[12.5px] text-bad">{row.sentence}</span>
            <span className="block text-[12.5px] text-muted">
              Stuck since <Time at={row.since} />. Mend the cause, then try again; it is also tried by itself.
            </span>
          </Link>
          <TryAgain step={row.id} title={row.title} retry={retry} />
          {row.mayTakeBack ? <TakeBack request={row.request} name={row.name} size="sm" takeBack={takeBack} /> : null}
        </Line>
      ))}
    </ul>
  </Card>
);
