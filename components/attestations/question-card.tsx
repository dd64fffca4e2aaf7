import { Clock, TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { QuestionCard as Question } from "#lib/web/attestation-page.ts";
import { EnvironmentBadge } from "../status.tsx";
import { Badge } from "../ui/badge.tsx";
import { Notice } from "../ui/banner.tsx";
import { Card } from "../ui/card.tsx";
import { Time } from "../ui/time.tsx";
import { AnswerVerbs, type AnswerVerbsProps } from "./answer-verbs.tsx";
import { EvidenceFacts, sayDay } from "./evidence.tsx";

/** One question with its evidence: what is shown here is what the answer seals. */
export function QuestionCard({
  card,
  place,
  ...verbs
}: Omit<AnswerVerbsProps, "alike" | "card"> & {
  readonly card: Question;
  readonly alike: readonly Question[];
  readonly place: string;
}) {
  const { evidence } = card;
  return (
    <Card
      flush
      label={evidence.name}
      title={
        <span className="flex flex-wrap items-center gap-2 text-md">
          <Link href={`/identities/${card.identity}`} className="hover:underline">
            {evidence.name}
          </Link>
          <EnvironmentBadge environment={evidence.environment} />
          <Marks card={card} />
        </span>
      }
      aside={
        <span>
          {place} {card.stage === "overdue" ? "was due on" : "answer by"} <Time at={card.dueAt} as="date" />
        </span>
      }
      foot={<AnswerVerbs {...verbs} card={card} />}
    >
      <div className="grid gap-4 px-4 py-4">
        {card.refused.map((refusal) => (
          <Notice key={refusal.sentence} tone="warn" icon={<TriangleAlert aria-hidden />}>
            Your answer was not taken. {refusal.sentence} {refusal.mend}
          </Notice>
        ))}
        <p className="text-md leading-normal break-words" dir="auto">
          {evidence.purpose}
        </p>
        <EvidenceFacts evidence={evidence} />
        <Silence card={card} />
      </div>
    </Card>
  );
}

const Marks = ({ card: { stage, evidence } }: { readonly card: Question }) => (
  <>
    {evidence.state === "suspended" ? <Badge tone="warn">Suspended</Badge> : null}
    {evidence.use.looksUnused ? (
      <Badge tone="warn" icon={<Clock aria-hidden />}>
        {evidence.use.lastUsedOn === null ? "never seen used" : `unused since ${sayDay(evidence.use.lastUsedOn)}`}
      </Badge>
    ) : null}
    {stage === "overdue" ? (
      <Badge tone="bad" icon={<TriangleAlert aria-hidden />}>
        Overdue
      </Badge>
    ) : null}
    {stage === "reminded" || stage === "backup-asked" ? (
      <Badge tone="warn" icon={<Clock aria-hidden />}>
        Reminder
      </Badge>
    ) : null}
  </>
);

/** What silence leads to, and no more than that. */
function Silence({ card: { stage, backupAt, dueAt, evidence, everyDays } }: { readonly card: Question }) {
  const every = `Policy asks every ${everyDays} days.`;
  if (stage === "overdue")
    return (
      <p className="text-sm text-muted">
        It was due on <Time at={dueAt} as="date" />: it is a finding until the owner or {evidence.backup} answers.{" "}
        {every}
      </p>
    );
  return (
    <p className="text-sm text-muted">
      If nobody answers:{" "}
      {stage === "backup-asked" ? (
        <>{evidence.backup} is asked as well, and from </>
      ) : (
        <>
          {evidence.backup} is asked as well on <Time at={backupAt} as="date" />, and from{" "}
        </>
      )}
      <Time at={dueAt} as="date" /> it is a finding. {every}
    </p>
  );
}
