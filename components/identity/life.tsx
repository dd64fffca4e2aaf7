import Link from "next/link";
import type { LifeEntry, Life as Lived } from "#db/read/life.ts";
import { type Moment, Timeline } from "../timeline.tsx";
import { Card } from "../ui/card.tsx";
import { Time } from "../ui/time.tsx";
import { type Kinds, lifeWords } from "./life-words.ts";

const atAudit = (aggregate: string) => `/audit?q=${encodeURIComponent(aggregate)}`;
const quiet = "text-faint underline underline-offset-2";

/** From now back to the first draft; each line is an audit entry, or looks in a row that saw the same. */
export function Life({ life, kinds, id }: { readonly life: Lived; readonly kinds: Kinds; readonly id: string }) {
  const moments: readonly Moment[] = life.entries.toReversed().flatMap((entry) => {
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
          {entry.count === 1 ? (
            <Link className={quiet} href={atAudit(entry.aggregate)}>
              audit entry
            </Link>
          ) : (
            <Run entry={entry} />
          )}
        </>
      ),
      aside: <Time at={entry.at.toISOString()} />,
    };
  });
  const count = life.entries.reduce((sum, entry) => sum + entry.count, 0);
  return (
    <Card title="Life so far" aside={`${count} ${count === 1 ? "entry" : "entries"}`} className="self-start">
      {moments.length === 0 ? (
        <p className="text-muted">Nothing has been recorded yet.</p>
      ) : (
        <Timeline label="Life so far" moments={moments} />
      )}
      {life.cut ? (
        <p className="mt-2 text-sm text-muted">
          What was before is in the{" "}
          <Link className="underline underline-offset-2" href={atAudit(id)}>
            audit log
          </Link>
          .
        </p>
      ) : null}
    </Card>
  );
}

/** Looks in a row that saw the same, folded into how often; unfolded, when each of the newest was. */
function Run({ entry: { count, since, times, aggregate } }: { readonly entry: LifeEntry }) {
  return (
    <details>
      <summary>
        {count} times since <Time as="date" at={since.toISOString()} />
      </summary>
      <ol className="mt-1 grid gap-0.5 border-l border-line pl-3">
        {times.map((time) => (
          <li key={time.toISOString()}>
            <Time as="exact" at={time.toISOString()} />
          </li>
        ))}
      </ol>
      <Link className={quiet} href={atAudit(aggregate)}>
        {times.length < count ? `${count - times.length} more in the audit log` : "audit entries"}
      </Link>
    </details>
  );
}
