import Link from "next/link";
import type { FindingGroup } from "#db/read/findings.ts";
import { levelOf, wordsOf } from "#lib/domain/finding.ts";
import { Card } from "../ui/card.tsx";
import { countWord } from "../ui/count.ts";
import { cx } from "../ui/cx.ts";
import { Sparkline } from "../ui/sparkline.tsx";
import { Time } from "../ui/time.tsx";
import { Severity } from "./severity.tsx";

interface GroupsProps {
  readonly groups: readonly FindingGroup[];
  /** The kind whose rows are shown; empty for all. */
  readonly kind: string;
  readonly query: URLSearchParams;
}

/** What is wrong by kind, worst first; each leads to its rows. Kinds of which nothing is open are named below. */
export function FindingGroups({ groups, kind, query }: GroupsProps) {
  const some = groups
    .filter(({ count }) => count.value > 0)
    .toSorted((a, b) => b.worst - a.worst || b.count.value - a.count.value);
  const none = groups.filter(({ count }) => count.value === 0).map((group) => wordsOf(group.kind).title);
  return (
    <Card label="Findings by kind" flush className="mb-4">
      <ul>
        {some.map((group) => (
          <li key={group.kind} className="border-b border-line last:border-b-0">
            <Group group={group} on={group.kind === kind} query={query} />
          </li>
        ))}
      </ul>
      {none.length === 0 ? null : (
        <p className={cx("px-4 py-2.5 text-sm text-muted", some.length > 0 && "border-t border-line")}>
          Nothing of: {none.join(", ")}.
        </p>
      )}
    </Card>
  );
}

function Group({
  group,
  on,
  query,
}: {
  readonly group: FindingGroup;
  readonly on: boolean;
  readonly query: URLSearchParams;
}) {
  const { title, meaning, controls } = wordsOf(group.kind);
  const next = new URLSearchParams(query);
  next.delete("after");
  if (on) next.delete("kind");
  else next.set("kind", group.kind);
  return (
    <Link
      href={`/findings?${next}`}
      scroll={false}
      aria-current={on ? "true" : undefined}
      className={cx(
        "grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 py-2.5 hover:bg-hover md:grid-cols-[minmax(0,1fr)_4.5rem_6.5rem_8.5rem_14.5rem]",
        on && "bg-accent-soft",
      )}
    >
      <span className="min-w-0">
        <span className="font-[560]">{title}</span>
        <span className="block text-sm text-muted">{meaning}</span>
        {on ? <span className="block text-sm text-muted">Supports {controls.join(", ")}.</span> : null}
      </span>
      <span className="text-right text-lg font-semibold tabular-nums">{countWord(group.count)}</span>
      <span className="max-md:col-span-2 max-md:hidden">
        <Severity level={levelOf(group.worst)} points={group.worst} />
      </span>
      <span className="text-sm text-muted max-md:col-span-2">
        {group.oldest === null ? null : (
          <>
            oldest <Time at={group.oldest.toISOString()} />
          </>
        )}
      </span>
      <span className="flex items-center gap-2 text-sm text-muted max-md:hidden">
        <Trend days={group.trend} />
      </span>
    </Link>
  );
}

/** How the count moved in a week, as a line and in words; in longer where no day was counted between. */
function Trend({ days }: { readonly days: FindingGroup["trend"] }) {
  const last = days.at(-1);
  if (last === undefined) return null;
  const before = days.findLast(({ daysAgo }) => daysAgo >= last.daysAgo + 7) ?? days[0];
  const passed = before === undefined ? 0 : before.daysAgo - last.daysAgo;
  if (before === undefined || passed === 0) return <>first counted today</>;
  const moved = last.value - before.value;
  const words = moved === 0 ? "no change" : moved > 0 ? `${moved} more` : `${-moved} fewer`;
  return (
    <>
      <Sparkline values={days.map(({ value }) => value)} />
      <span className="whitespace-nowrap">
        {words} in {passed === 1 ? "a day" : `${passed} days`}
      </span>
    </>
  );
}
