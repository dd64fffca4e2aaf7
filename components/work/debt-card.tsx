import Link from "next/link";
import { Card } from "#components/ui/card.tsx";
import { dateOf } from "#components/ui/moment.ts";
import { Time } from "#components/ui/time.tsx";
import type { DebtHistory } from "#db/read/debt.ts";
import { byWeek, type CountedWeek, causeWords, type DebtCause, debtCauses, debtOf } from "#lib/domain/debt.ts";
import { DebtChart } from "./debt-chart.tsx";
import { causeColours, type DebtBar, groupAddress, grouped, weeksDrawn } from "./debt-words.ts";

/** Provisioning debt of twelve weeks by cause; the last figures lead to their rows. */
export function DebtCard({ history }: { readonly history: DebtHistory }) {
  const weeks = byWeek(history.days, { today: history.today, weeks: weeksDrawn });
  const newest = history.days.at(-1);
  if (newest === undefined) return null;
  const outside = newest.figures.get("outside.any") ?? 0;
  return (
    <Card title="Provisioning debt" aside="in identity-days">
      <p className="mb-2 text-muted">
        Days since each identity left the four answers or policy, added up; counted every minute.
      </p>
      {weeks.some(({ figures }) => figures !== null && debtOf(figures) > 0) ? (
        <>
          <DebtChart bars={weeks.map((week) => barOf(week, history.today))} />
          <AsTable weeks={weeks} today={history.today} />
        </>
      ) : null}
      <Since weeks={weeks} today={history.today} />
      {outside === 0 ? <p className="text-good">No identity is outside.</p> : <Causes history={history} />}
    </Card>
  );
}

const weekWord = (day: string, today: string): string => (day === today ? "this week" : dateOf(Date.parse(day)));

const barOf = ({ day, figures }: CountedWeek, today: string): DebtBar => ({
  week: weekWord(day, today),
  ...(figures === null
    ? {}
    : Object.fromEntries(debtCauses.map((cause) => [cause, figures.get(`debt.${cause}`) ?? 0]))),
});

/** What the bars show, for who reads instead. */
const AsTable = ({ weeks, today }: { readonly weeks: readonly CountedWeek[]; readonly today: string }) => (
  <div className="sr-only">
    <table>
      <caption>Provisioning debt in identity-days, by week and cause</caption>
      <thead>
        <tr>
          <th scope="col">Week to</th>
          {debtCauses.map((cause) => (
            <th key={cause} scope="col">
              {causeWords[cause]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map(({ day, figures }) => (
          <tr key={day}>
            <th scope="row">{weekWord(day, today)}</th>
            {debtCauses.map((cause) => (
              <td key={cause}>{figures === null ? "not counted" : grouped(figures.get(`debt.${cause}`) ?? 0)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** Says so where the bars begin later than the twelve weeks. */
function Since({ weeks, today }: { readonly weeks: readonly CountedWeek[]; readonly today: string }) {
  const [oldest] = weeks;
  const first = weeks.find(({ figures }) => figures !== null);
  if (first === undefined || first === oldest) return null;
  return (
    <p className="mb-2 text-[12.5px] text-muted">
      {first.day === today ? (
        "Counted for less than a week; earlier weeks are empty."
      ) : (
        <>
          Counted since the week to <Time at={`${first.day}T00:00:00.000Z`} as="date" />; earlier weeks are empty.
        </>
      )}
    </p>
  );
}

const Causes = ({ history }: { readonly history: DebtHistory }) => {
  const figures = history.days.at(-1)?.figures ?? new Map<string, number>();
  return (
    <dl className="grid grid-cols-[minmax(0,1fr)_max-content_max-content] gap-x-4 gap-y-2 text-[13px]">
      {debtCauses.map((cause) => (
        <Cause key={cause} cause={cause} days={figures.get(`debt.${cause}`) ?? 0} history={history}>
          {figures.get(`outside.${cause}`) ?? 0}
        </Cause>
      ))}
      <dt className="border-t border-line pt-1 font-[540]">Now</dt>
      <dd className="border-t border-line pt-1 text-right tabular-nums">
        <Link className="link" href={groupAddress("outside.any", history.team)}>
          {grouped(figures.get("outside.any") ?? 0)} outside
        </Link>
      </dd>
      <dd className="border-t border-line pt-1 text-right font-[540] tabular-nums">{grouped(debtOf(figures))} days</dd>
    </dl>
  );
};

interface CauseProps {
  readonly cause: DebtCause;
  readonly days: number;
  readonly history: DebtHistory;
  /** How many identities. */
  readonly children: number;
}
const Cause = ({ cause, days, history, children: identities }: CauseProps) =>
  identities === 0 ? null : (
    <div className="contents">
      <dt className="flex items-center gap-2">
        <span
          aria-hidden
          className="size-2.5 shrink-0 rounded-[2px] border border-line"
          style={{ background: causeColours[cause] }}
        />
        {causeWords[cause]}
      </dt>
      <dd className="text-right tabular-nums">
        <Link className="link" href={groupAddress(`outside.${cause}`, history.team)}>
          {grouped(identities)} {identities === 1 ? "identity" : "identities"}
        </Link>
      </dd>
      <dd className="text-right tabular-nums">{grouped(days)} days</dd>
    </div>
  );
