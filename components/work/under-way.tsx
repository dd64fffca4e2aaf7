import Link from "next/link";
import { doingWords, doneWords, kindWords } from "#components/charter/words.ts";
import { requestStateWord } from "#components/status.tsx";
import { type Moment, Timeline } from "#components/timeline.tsx";
import { Card } from "#components/ui/card.tsx";
import { Time } from "#components/ui/time.tsx";
import type { UnderWay as Row } from "#db/read/my-work.ts";

/** Own requests on their way, and what became of those that ended in the last day. */
export const UnderWay = ({ rows }: { readonly rows: readonly Row[] }) => (
  <Card
    title="Under way"
    aside={
      <Link className="link" href="/requests?who=me">
        All of mine
      </Link>
    }
  >
    <Timeline label="Requests under way" moments={rows.map(momentOf)} />
  </Card>
);

const momentOf = (row: Row): Moment => ({
  id: row.id,
  state: dotOf(row),
  title: (
    <>
      <Link href={`/requests/${row.id}`} className="font-[540] break-words hover:underline">
        {row.name}
      </Link>{" "}
      <span className="text-muted">· {wordOf(row)}</span>
    </>
  ),
  remark: <Doing row={row} />,
  aside: <Time at={row.since} />,
});

function dotOf({ state, heldUntil, stuck }: Row): Moment["state"] {
  if (stuck) return "bad";
  if (state === "live" || state === "done") return "done";
  if (state === "refused" || state === "denied" || state === "failed") return "bad";
  return state === "provisioning" && heldUntil === null ? "now" : "ahead";
}

function wordOf({ state, kind, heldUntil, stuck }: Row): string {
  if (state === null) return "received";
  if (state === "provisioning") {
    const doing = heldUntil === null ? doingWords[kind] : "Disabled, waiting";
    return `${doing.toLowerCase()}${stuck ? ", stuck" : ""}`;
  }
  return (state === "live" || state === "done" ? doneWords[kind] : requestStateWord(state)).toLowerCase();
}

/** How far it is. */
const Doing = ({ row: { heldUntil, step, kind } }: { readonly row: Row }) =>
  heldUntil === null ? (
    step || kindWords[kind]
  ) : (
    <>
      removed on <Time at={heldUntil} as="date" />
    </>
  );
