import { BadgeCheck } from "lucide-react";
import Link from "next/link";
import type { OpenQuestions, TeamCoverage } from "#db/read/attestations.ts";
import type { AttestationPage, QuestionCard as Question } from "#lib/web/attestation-page.ts";
import { EnvironmentBadge } from "../status.tsx";
import { LinkButton } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { cx } from "../ui/cx.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Deadline, Time } from "../ui/time.tsx";
import type { AnswerAction } from "./answering.ts";
import { Coverage } from "./coverage.tsx";
import { QuestionCard } from "./question-card.tsx";
import { Settling } from "./settling.tsx";

interface AttestationsProps {
  readonly page: AttestationPage;
  /** The identity whose card is asked for. */
  readonly selected: string;
  readonly coverage: readonly TeamCoverage[] | null;
  readonly open: OpenQuestions | null;
  /** What the open questions are filtered by. */
  readonly filter: { readonly team: string; readonly stage: string };
  readonly narrow: ((identity: string) => string) | null;
  readonly answer: AnswerAction;
}

/** Do these still deserve to live? One question a card; for security the whole beneath it. */
export function Attestations({ page, selected, coverage, open, filter, narrow, answer }: AttestationsProps) {
  const { cards, own, people } = page;
  const at = Math.max(
    cards.findIndex(({ identity }) => identity === selected),
    0,
  );
  const card = cards[at];
  const shown = `${card?.identity}/${card?.round}`;
  return (
    <>
      <PageHead title="Still needed?" actions={<Export />}>
        <Asked own={own} />
      </PageHead>
      {card === undefined ? (
        coverage === null ? (
          <Nothing own={own} />
        ) : null
      ) : (
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,880px)_minmax(240px,1fr)]">
          <Settling card={`${shown}/${card.sameness}`}>
            <QuestionCard
              key={shown}
              card={card}
              alike={cards.filter((other) => other !== card && other.sameness === card.sameness)}
              queue={cards.map(({ identity }) => identity)}
              place={`${at + 1} of ${own.asked} ·`}
              people={people}
              narrow={narrow === null ? null : narrow(card.identity)}
              answer={answer}
            />
          </Settling>
          {cards.length > 1 ? <Queue cards={cards} asked={own.asked} selected={card.identity} /> : null}
        </div>
      )}
      {coverage === null || open === null ? null : <Coverage coverage={coverage} open={open} {...filter} />}
    </>
  );
}

function Asked({ own: { asked, rest, owner } }: { readonly own: AttestationPage["own"] }) {
  const said = asked === 0 ? "Nothing is asked of you." : `${asked} ${asked === 1 ? "question" : "questions"} for you.`;
  if (rest === 0) return said;
  return (
    <>
      {said}{" "}
      <Link className="link" href={`/identities?${new URLSearchParams({ attestation: "not-due", owner })}`}>
        {rest} {rest === 1 ? "identity" : "identities"} of yours
      </Link>{" "}
      {rest === 1 ? "is" : "are"} not due.
    </>
  );
}

const Export = () => (
  <>
    <LinkButton href="/api/attestations/export?as=csv" prefetch={false}>
      Export CSV
    </LinkButton>
    <LinkButton href="/api/attestations/export?as=signed" prefetch={false}>
      Export signed JSON
    </LinkButton>
  </>
);

const Nothing = ({ own }: { readonly own: AttestationPage["own"] }) => (
  <Card label="Questions">
    <EmptyState icon={<BadgeCheck aria-hidden />} title="Nothing is asked of you">
      {own.last === null ? null : (
        <>
          Last answer: <i>{own.last.answer}</i> for {own.last.name}, <Time at={own.last.at} />.{" "}
        </>
      )}
      {own.next === null ? (
        "Questions about identities that you own or back up appear here."
      ) : (
        <>
          The next question comes on <Time at={own.next} as="date" />.
        </>
      )}
    </EmptyState>
  </Card>
);

interface QueueProps {
  readonly cards: readonly Question[];
  readonly asked: number;
  readonly selected: string;
}
/** Those that are drawn, soonest due first; more are as these are answered. */
const Queue = ({ cards, asked, selected }: QueueProps) => (
  <Card flush title="Asked of you" aside={cards.length < asked ? `first ${cards.length} of ${asked}` : `${asked}`}>
    <ol>
      {cards.map(({ identity, evidence, dueAt }) => (
        <li key={identity} className="border-b border-line last:border-b-0">
          <Link
            href={`/attestations?q=${identity}`}
            scroll={false}
            aria-current={identity === selected ? "true" : undefined}
            className={cx(
              "flex items-center gap-2 px-3.5 py-2 hover:bg-hover",
              identity === selected && "bg-accent-soft shadow-[inset_3px_0_var(--accent)] hover:bg-accent-soft",
            )}
          >
            <span className="min-w-0 flex-1 truncate font-[540]">{evidence.name}</span>
            <EnvironmentBadge environment={evidence.environment} />
            <span className="text-sm">
              <Deadline at={dueAt} />
            </span>
          </Link>
        </li>
      ))}
    </ol>
  </Card>
);
