import { BadgeCheck, CircleCheck, Hourglass, Plus, RotateCcw, TriangleAlert, Users } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { kindWords } from "#components/charter/words.ts";
import type { RequestVerb } from "#components/requests/confirmed.tsx";
import { TakeBack } from "#components/requests/take-back.tsx";
import { type Retry, TryAgain } from "#components/requests/try-again.tsx";
import { EnvironmentBadge, RequestStatus, Risk } from "#components/status.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { capital } from "#components/ui/capital.ts";
import { Card } from "#components/ui/card.tsx";
import { cx } from "#components/ui/cx.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHead } from "#components/ui/page-head.tsx";
import { Deadline, Time } from "#components/ui/time.tsx";
import type { MyWork as Work } from "#db/read/my-work.ts";

const verbs = {
  approve: { word: "Decide", icon: <Users aria-hidden />, href: (id: string) => `/approvals?r=${id}` },
  accept: { word: "Accept", icon: <Hourglass aria-hidden />, href: (id: string) => `/requests/${id}` },
  resubmit: { word: "Submit again", icon: <RotateCcw aria-hidden />, href: (id: string) => `/requests/${id}` },
} as const;

const verbOf = (why: string) => verbs[why === "approve" || why === "accept" ? why : "resubmit"];

interface StuckVerbs {
  readonly retry: Retry;
  readonly takeBack: RequestVerb;
}

/** What needs me today? */
export function MyWork({
  name,
  work,
  stuckVerbs,
}: {
  readonly name: string;
  readonly work: Work;
  readonly stuckVerbs: StuckVerbs;
}) {
  const nothing = Object.values(work).every((rows) => rows.length === 0);
  return (
    <>
      <PageHead
        title={`Hello, ${name.split(" ")[0] ?? name}`}
        actions={
          <LinkButton href="/requests/new" look="primary">
            <Plus aria-hidden />
            Request an identity
          </LinkButton>
        }
      >
        {sentenceOf(work)}
      </PageHead>
      {nothing ? <Nothing /> : <Columns work={work} stuckVerbs={stuckVerbs} />}
    </>
  );
}

const Nothing = () => (
  <Card>
    <EmptyState
      icon={<CircleCheck aria-hidden />}
      title="Nothing needs you today"
      action={<LinkButton href="/requests/new">Request an identity</LinkButton>}
    >
      Approvals, questions and identities that end soon appear here.
    </EmptyState>
  </Card>
);

function Columns({ work, stuckVerbs }: { readonly work: Work; readonly stuckVerbs: StuckVerbs }) {
  const { waiting, questions, underWay, ending, stuck, discrepancies } = work;
  const left = waiting.length + questions.length + underWay.length > 0;
  const right = ending.length + stuck.length + discrepancies.length > 0;
  return (
    <div className={cx("grid items-start gap-4", left && right && "lg:grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)]")}>
      {left ? (
        <div className="grid gap-4">
          {waiting.length > 0 ? <Needs waiting={waiting} /> : null}
          {questions.length > 0 ? <Questions rows={questions} /> : null}
          {underWay.length > 0 ? <UnderWay rows={underWay} /> : null}
        </div>
      ) : null}
      {right ? (
        <div className="grid gap-4">
          {stuck.length > 0 ? <StuckWork rows={stuck} {...stuckVerbs} /> : null}
          {discrepancies.length > 0 ? <Discrepancies rows={discrepancies} /> : null}
          {ending.length > 0 ? <Ending rows={ending} /> : null}
        </div>
      ) : null}
    </div>
  );
}

function sentenceOf({ waiting, questions, stuck, ending, discrepancies }: Work): string {
  const parts = [
    waiting.length > 0
      ? `${waiting.length} ${waiting.length === 1 ? "thing waits" : "things wait"} for you.`
      : questions.length > 0
        ? ""
        : "Nothing waits for you.",
    questions.length > 0 ? `${questions.length} ${questions.length === 1 ? "question" : "questions"} to answer.` : "",
    ending.length > 0 ? `${ending.length} of your identities ${ending.length === 1 ? "ends" : "end"} soon.` : "",
    stuck.length > 0 ? `${stuck.length} stuck ${stuck.length === 1 ? "step" : "steps"}.` : "",
    discrepancies.length > 0
      ? `${discrepancies.length} ${discrepancies.length === 1 ? "thing differs" : "things differ"} at the targets.`
      : "",
  ];
  return parts.filter(Boolean).join(" ");
}

const Line = ({ children }: { readonly children: ReactNode }) => (
  <li className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-1.5 last:border-b-0 [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-warn">
    {children}
  </li>
);

const Needs = ({ waiting }: { readonly waiting: Work["waiting"] }) => (
  <Card title="Needs you" aside={`${waiting.length}`} flush>
    <ul>
      {waiting.map((row) => (
        <Line key={row.id}>
          {verbOf(row.why).icon}
          <Link href={verbOf(row.why).href(row.id)} className="min-w-0 flex-1 truncate font-[540] hover:underline">
            {row.name}
          </Link>
          <EnvironmentBadge
            environment={row.environment === "prod" ? "prod" : row.environment === "staging" ? "staging" : "dev"}
          />
          <Risk risk={row.risk} />
          {row.deadline ? <Deadline at={row.deadline} /> : null}
          <LinkButton size="sm" href={verbOf(row.why).href(row.id)} aria-label={`${verbOf(row.why).word}: ${row.name}`}>
            {verbOf(row.why).word}
          </LinkButton>
        </Line>
      ))}
    </ul>
  </Card>
);

const Questions = ({ rows }: { readonly rows: Work["questions"] }) => (
  <Card
    title="Still needed?"
    aside={
      <Link className="link" href="/attestations">
        All questions
      </Link>
    }
    flush
  >
    <ul>
      {rows.map((row) => (
        <Line key={row.identity}>
          <BadgeCheck aria-hidden />
          <Link href={`/attestations?q=${row.identity}`} className="min-w-0 flex-1 truncate font-[540] hover:underline">
            {row.name}
          </Link>
          {row.stage === "asked" ? null : (
            <span className="text-sm text-warn">{row.stage === "overdue" ? "Overdue" : "Reminder"}</span>
          )}
          <EnvironmentBadge environment={row.environment} />
          <Deadline at={row.dueAt} />
          <LinkButton size="sm" href={`/attestations?q=${row.identity}`} aria-label={`Answer: ${row.name}`}>
            Answer
          </LinkButton>
        </Line>
      ))}
    </ul>
  </Card>
);

const UnderWay = ({ rows }: { readonly rows: Work["underWay"] }) => (
  <Card
    title="Under way"
    aside={
      <Link className="link" href="/requests?who=me">
        All of mine
      </Link>
    }
    flush
  >
    <ul>
      {rows.map((row) => (
        <Line key={row.id}>
          <Link href={`/requests/${row.id}`} className="min-w-0 flex-1 truncate font-[540] hover:underline">
            {row.name}{" "}
            <span className="font-normal text-muted">
              <Doing row={row} />
            </span>
          </Link>
          <RequestStatus state={row.state} kind={row.kind} held={row.heldUntil !== null} />
          <span className="text-right text-sm text-muted md:min-w-20">
            <Time at={row.since} />
          </span>
        </Line>
      ))}
    </ul>
  </Card>
);

/** How far it is. */
const Doing = ({ row: { heldUntil, step, kind } }: { readonly row: Work["underWay"][number] }) =>
  heldUntil === null ? (
    step || kindWords[kind]
  ) : (
    <>
      removed on <Time at={heldUntil} as="date" />
    </>
  );

const StuckWork = ({ rows, retry, takeBack }: { readonly rows: Work["stuck"] } & StuckVerbs) => (
  <Card title="Stuck" aside={`${rows.length}`} flush>
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

const Discrepancies = ({ rows }: { readonly rows: Work["discrepancies"] }) => (
  <Card
    title="Differs at the targets"
    aside={
      <Link className="link" href="/targets">
        Targets
      </Link>
    }
    flush
  >
    <ul>
      {rows.map((row) => (
        <Line key={row.id}>
          <TriangleAlert aria-hidden />
          <Link
            href={row.identity ? `/identities/${row.identity}` : "/targets"}
            className="min-w-0 flex-1 hover:underline"
          >
            {capital(row.sentence)} <span className="text-muted">{row.target}</span>
          </Link>
          <span className="text-sm text-muted">
            <Time at={row.openedAt.toISOString()} />
          </span>
        </Line>
      ))}
    </ul>
  </Card>
);

const Ending = ({ rows }: { readonly rows: Work["ending"] }) => (
  <Card title="Your identities that end soon" aside={`${rows.length}`} flush>
    <ul>
      {rows.map((row) => (
        <Line key={row.id}>
          <Link href={`/identities/${row.id}`} className="min-w-0 flex-1 truncate font-[540] hover:underline">
            {row.name}
          </Link>
          <EnvironmentBadge environment={row.environment} />
          <Deadline at={row.endsAt.toISOString()} />
        </Line>
      ))}
    </ul>
  </Card>
);
