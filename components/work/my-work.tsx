import { CircleCheck, Plus } from "lucide-react";
import Link from "next/link";
import { Fragment } from "react";
import { Filter } from "#components/filters.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHead } from "#components/ui/page-head.tsx";
import type { DebtHistory } from "#db/read/debt.ts";
import type { MyWork as Work } from "#db/read/my-work.ts";
import { AnswersCard } from "./answers-card.tsx";
import { DebtCard } from "./debt-card.tsx";
import { DecidedCard } from "./decided-card.tsx";
import { Differing } from "./differing.tsx";
import { Ending, endingId, sayEnding } from "./ending.tsx";
import { NeedsCard, needsId } from "./needs-card.tsx";
import { type StuckVerbs, StuckWork, stuckId } from "./stuck-work.tsx";
import { UnderWay } from "./under-way.tsx";

interface Props {
  readonly name: string;
  readonly work: Work;
  /** Null for who neither sees everything nor belongs to a team. */
  readonly debt: DebtHistory | null;
  readonly stuckVerbs: StuckVerbs;
}

/** What needs me today? */
export const MyWork = (props: Props) => (
  <>
    <PageHead
      title={`Hello, ${props.name.split(" ")[0] ?? props.name}`}
      actions={
        <LinkButton href="/requests/new" look="primary">
          <Plus aria-hidden />
          Request an identity
        </LinkButton>
      }
    >
      <Summary work={props.work} />
    </PageHead>
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)]">
      <Mine {...props} />
      <Whole {...props} />
    </div>
  </>
);

/** What this person has to do, does and did. */
const Mine = ({ work: { needs, underWay, decided, stuck }, stuckVerbs }: Props) => (
  <div className="grid gap-4">
    {stuck.total > 0 ? <StuckWork stuck={stuck} {...stuckVerbs} /> : null}
    {needs.rows.length > 0 ? <NeedsCard needs={needs} /> : stuck.total > 0 ? null : <Nothing />}
    {underWay.length > 0 ? <UnderWay rows={underWay} /> : null}
    {decided.length > 0 ? <DecidedCard rows={decided} /> : null}
  </div>
);

/** How it stands with what they answer for. */
const Whole = ({ work: { ending, differing }, debt }: Props) => (
  <div className="grid gap-4">
    {differing.rows.length > 0 ? <Differing differing={differing} /> : null}
    {ending.total > 0 ? <Ending ending={ending} /> : null}
    {debt === null ? null : (
      <>
        <Scope debt={debt} />
        <AnswersCard history={debt} />
        <DebtCard history={debt} />
      </>
    )}
  </div>
);

/** Whose figures are shown, where there is a choice. */
const Scope = ({ debt: { team, teams } }: { readonly debt: DebtHistory }) =>
  teams.length < 2 ? null : (
    <div data-chrome className="-mb-2 flex justify-end">
      <Filter
        name="team"
        label={team === null ? "All teams" : "Team"}
        choices={teams.map(({ slug, name }) => ({ value: slug, label: name }))}
      />
    </div>
  );

const Nothing = () => (
  <Card label="Needs you">
    <EmptyState
      icon={<CircleCheck aria-hidden />}
      title="Nothing needs you today"
      action={<LinkButton href="/requests/new">Request an identity</LinkButton>}
    >
      Approvals, questions and requests that wait for you appear here.
    </EmptyState>
  </Card>
);

interface Told {
  readonly count: number;
  readonly words: readonly [one: string, more: string];
  readonly href: string;
}
const many = (count: number, [one, more]: Told["words"]): string => `${count} ${count === 1 ? one : more}`;

/** Numbers that lead to their rows, and what is said of them. */
const Numbers = ({ told, end }: { readonly told: readonly Told[]; readonly end: string }) => (
  <>
    {told.map(({ count, words, href }, at) => (
      <Fragment key={href}>
        {at === 0 ? null : ", "}
        <Link className="link" href={href}>
          {many(count, words)}
        </Link>
      </Fragment>
    ))}
    {end}{" "}
  </>
);

/** What this page holds, each number with the way to what it counts. */
const Summary = ({ work: { needs, stuck, ending, differing } }: { readonly work: Work }) => {
  const waiting: readonly Told[] = [
    { count: needs.approvals, words: ["approval", "approvals"] as const, href: "/approvals" },
    { count: needs.questions, words: ["question", "questions"] as const, href: "/attestations" },
    { count: needs.others, words: ["request", "requests"] as const, href: `#${needsId}` },
  ].filter(({ count }) => count > 0);
  const one = waiting.length === 1 && waiting[0]?.count === 1;
  const stuckWords = ["step is stuck", "steps are stuck"] as const;
  const endingWords = ["of your identities", "of your identities"] as const;
  return (
    <>
      {waiting.length > 0 ? <Numbers told={waiting} end={` ${one ? "waits" : "wait"} for you.`} /> : null}
      {waiting.length === 0 && stuck.total === 0 ? "Nothing waits for you. " : null}
      {stuck.total > 0 ? (
        <Numbers told={[{ count: stuck.total, words: stuckWords, href: `#${stuckId}` }]} end="." />
      ) : null}
      {ending.total > 0 ? (
        <Numbers
          told={[{ count: ending.total, words: endingWords, href: `#${endingId}` }]}
          end={` ${sayEnding(ending.days, ending.total)}.`}
        />
      ) : null}
      {differing.rows.length > 0 ? "Something differs at the targets." : null}
    </>
  );
};
