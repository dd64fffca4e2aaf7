import { TrendingDown, TrendingUp } from "lucide-react";
import Link from "next/link";
import { Card } from "#components/ui/card.tsx";
import { Time } from "#components/ui/time.tsx";
import type { DebtHistory } from "#db/read/debt.ts";
import { answeredShare, byWeek, type Figures, questions, questionWords } from "#lib/domain/debt.ts";
import { groupAddress, grouped, weeksDrawn } from "./debt-words.ts";

/** The share of identities with four good answers, how it moved, and how many lack which: each number leads to its rows. */
export function AnswersCard({ history }: { readonly history: DebtHistory }) {
  const figures = history.days.at(-1)?.figures ?? new Map<string, number>();
  const counted = figures.get("counted") ?? 0;
  const share = answeredShare(figures);
  return (
    <Card
      title="The four questions"
      aside={
        counted === 0 ? undefined : (
          <Link className="link" href={groupAddress("counted", history.team)}>
            {grouped(counted)} {counted === 1 ? "identity" : "identities"}
            {history.team === null ? "" : ` of ${history.team.name}`}
          </Link>
        )
      }
    >
      {share === null ? (
        <p className="text-muted">{nothingCounted(history)}</p>
      ) : (
        <>
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className="text-[34px] leading-tight font-semibold tracking-tight tabular-nums">{share} %</span>
            <Moved history={history} share={share} />
          </p>
          <p className="mb-2 text-muted">answer all four, with evidence. Without a good answer:</p>
          <Missing figures={figures} counted={counted} history={history} />
        </>
      )}
    </Card>
  );
}

const nothingCounted = ({ days, team }: DebtHistory): string =>
  days.length === 0 && team === null
    ? "The first count is made within a minute of the worker's start."
    : "No identity lives here. Each is counted from the minute it is live.";

/** Since the first week that was counted: that may be less than the twelve that are drawn. */
function Moved({ history, share }: { readonly history: DebtHistory; readonly share: number }) {
  const first = byWeek(history.days, { today: history.today, weeks: weeksDrawn }).find(
    ({ figures }) => figures !== null,
  );
  const before = first?.figures ? answeredShare(first.figures) : null;
  if (first === undefined || before === null || first.day === history.today) return null;
  const since = <Time at={`${first.day}T00:00:00.000Z`} as="date" />;
  if (before === share) return <span className="text-sm text-muted">as on {since}</span>;
  const up = share > before;
  return (
    <span className={`inline-flex items-center gap-1 text-sm ${up ? "text-good" : "text-bad"}`}>
      {up ? <TrendingUp aria-hidden className="size-4" /> : <TrendingDown aria-hidden className="size-4" />}
      {up ? "up" : "down"} from {before} on {since}
    </span>
  );
}

interface MissingProps {
  readonly figures: Figures;
  readonly counted: number;
  readonly history: DebtHistory;
}
const Missing = ({ figures, counted, history }: MissingProps) => (
  <dl className="grid grid-cols-[max-content_minmax(0,1fr)_max-content] items-center gap-x-4 gap-y-0.5 text-[13px]">
    {questions.map((question) => {
      const missing = figures.get(`missing.${question}`) ?? 0;
      return (
        <div key={question} className="contents">
          <dt className="text-muted">{questionWords[question]}</dt>
          <dd aria-hidden className="h-1.5 rounded-full bg-sunken">
            <span
              className="block h-full rounded-full bg-warn"
              style={{ width: missing === 0 ? 0 : `max(4px, ${(100 * missing) / counted}%)` }}
            />
          </dd>
          <dd className="text-right tabular-nums">
            <Link
              className="link inline-flex min-h-6 min-w-6 items-center justify-end"
              href={groupAddress(`missing.${question}`, history.team)}
              aria-label={`${questionWords[question]}: ${missing} without a good answer`}
            >
              {grouped(missing)}
            </Link>
          </dd>
        </div>
      );
    })}
  </dl>
);
