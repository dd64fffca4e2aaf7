import { BadgeCheck, Hourglass, MessageCircleQuestion, RotateCcw, Scissors, Users } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { EnvironmentBadge } from "#components/status.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Deadline } from "#components/ui/time.tsx";
import type { Need, NeedKind, Needs } from "#db/read/needs.ts";
import type { Stage } from "#lib/domain/attestation.ts";
import { Line } from "./line.tsx";

interface Look {
  readonly verb: string;
  readonly icon: ReactNode;
  readonly why: string;
  readonly href: (id: string) => string;
}
const toRequest = (id: string) => `/requests/${id}`;
const looks: { readonly [K in NeedKind]: Look } = {
  approve: { verb: "Decide", icon: <Users aria-hidden />, why: "", href: (id) => `/approvals?r=${id}` },
  accept: { verb: "Accept", icon: <Hourglass aria-hidden />, why: "you are asked to own it", href: toRequest },
  "accept-more": {
    verb: "Accept",
    icon: <Hourglass aria-hidden />,
    why: "more access is asked for it",
    href: toRequest,
  },
  resubmit: { verb: "Submit again", icon: <RotateCcw aria-hidden />, why: "what it rests on changed", href: toRequest },
  less: { verb: "Look", icon: <Scissors aria-hidden />, why: "asked for less", href: toRequest },
  asked: {
    verb: "Answer",
    icon: <MessageCircleQuestion aria-hidden />,
    why: "you were asked something",
    href: toRequest,
  },
  attest: {
    verb: "Answer",
    icon: <BadgeCheck aria-hidden />,
    why: "still needed?",
    href: (id) => `/attestations?q=${id}`,
  },
};

const stageWords: { readonly [S in Stage]: string } = {
  waiting: "",
  asked: "",
  reminded: "reminder",
  "backup-asked": "its backup is asked as well",
  overdue: "overdue",
};

export const needsId = "needs";

/** What waits for this person, soonest deadline first. */
export const NeedsCard = ({ needs }: { readonly needs: Needs }) => (
  <Card title="Needs you" id={needsId} aside={<Totals needs={needs} />} flush>
    <ul>
      {needs.rows.map((row) => (
        <NeedLine key={`${row.kind}/${row.id}`} row={row} />
      ))}
    </ul>
  </Card>
);

const Totals = ({ needs: { rows, approvals, questions, others } }: { readonly needs: Needs }) => (
  <>
    {approvals + questions + others > rows.length ? (
      <span>
        the first {rows.length} of {approvals + questions + others}
      </span>
    ) : null}
    {approvals > 0 ? (
      <Link className="link" href="/approvals">
        {approvals} {approvals === 1 ? "approval" : "approvals"}
      </Link>
    ) : null}
    {questions > 0 ? (
      <Link className="link" href="/attestations">
        {questions} {questions === 1 ? "question" : "questions"}
      </Link>
    ) : null}
  </>
);

function NeedLine({ row }: { readonly row: Need }) {
  const { verb, icon, why, href } = looks[row.kind];
  const stage = row.stage === null ? "" : stageWords[row.stage];
  return (
    <Line>
      {icon}
      <Link
        href={href(row.id)}
        className="min-w-0 flex-1 basis-[calc(100%-2rem)] hover:underline md:basis-40 md:truncate"
      >
        <span className="font-[540]">{row.name}</span>{" "}
        <span className="text-muted">{[why, ...row.hints].filter(Boolean).join(", ")}</span>
      </Link>
      {stage === "" ? null : <span className="text-sm text-warn">{stage}</span>}
      <EnvironmentBadge environment={row.environment} />
      {row.deadline ? <Deadline at={row.deadline} /> : null}
      <LinkButton size="sm" className="max-md:ml-auto" href={href(row.id)} aria-label={`${verb}: ${row.name}`}>
        {verb}
      </LinkButton>
    </Line>
  );
}
