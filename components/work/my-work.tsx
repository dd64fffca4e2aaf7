import { CircleCheck, Plus } from "lucide-react";
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
import { Ending } from "./ending.tsx";
import { NeedsCard } from "./needs-card.tsx";
import { type StuckVerbs, StuckWork } from "./stuck-work.tsx";
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
      {sentenceOf(props.work)}
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
    {stuck.length > 0 ? <StuckWork rows={stuck} {...stuckVerbs} /> : null}
    {needs.rows.length > 0 ? <NeedsCard needs={needs} /> : stuck.length > 0 ? null : <Nothing />}
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

const many = (count: number, one: string, more: string): string =>
  count === 0 ? "" : `${count} ${count === 1 ? one : more}`;

function sentenceOf({ needs, stuck, ending, differing }: Work): string {
  const waiting = [
    many(needs.approvals, "approval", "approvals"),
    many(needs.questions, "question", "questions"),
    many(needs.others, "request", "requests"),
  ].filter(Boolean);
  const wait = needs.approvals + needs.questions + needs.others === 1 ? "waits" : "wait";
  return [
    waiting.length > 0 ? `${waiting.join(", ")} ${wait} for you.` : stuck.length > 0 ? "" : "Nothing waits for you.",
    stuck.length > 0 ? `${many(stuck.length, "step is", "steps are")} stuck.` : "",
    ending.total > 0 ? `${many(ending.total, "of your identities ends", "of your identities end")} soon.` : "",
    differing.rows.length > 0 ? "Something differs at the targets." : "",
  ]
    .filter(Boolean)
    .join(" ");
}
