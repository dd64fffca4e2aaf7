import Link from "next/link";
import type { LifeEntry } from "#db/read/identity.ts";
import { type Moment, Timeline } from "../timeline.tsx";
import { Card } from "../ui/card.tsx";
import { Time } from "../ui/time.tsx";
import { type Kinds, lifeWords } from "./life-words.ts";

/** Everything from the first draft to now, newest last; each line is an audit entry. */
export function Life({ entries, kinds }: { readonly entries: readonly LifeEntry[]; readonly kinds: Kinds }) {
  const moments: readonly Moment[] = entries.flatMap((entry) => {
    const words = lifeWords(entry, kinds);
    if (words === null) return [];
    const { title, remark, bad } = words;
    return {
      id: entry.id,
      state: bad ? ("bad" as const) : ("done" as const),
      title,
      remark: (
        <>
          {remark ? <>{remark} </> : null}
          <Link
            className="text-faint underline underline-offset-2"
            href={`/audit?q=${encodeURIComponent(entry.aggregate)}`}
          >
            audit entry
          </Link>
        </>
      ),
      aside: <Time at={entry.at.toISOString()} />,
    };
  });
  return (
    <Card
      title="Life so far"
      aside={`${entries.length} ${entries.length === 1 ? "entry" : "entries"}`}
      className="self-start"
    >
      {moments.length === 0 ? (
        <p className="text-muted">Nothing has been recorded yet.</p>
      ) : (
        <Timeline label="Life so far" moments={moments} />
      )}
    </Card>
  );
}
