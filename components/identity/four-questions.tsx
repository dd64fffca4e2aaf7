import { CalendarClock, CircleHelp, Quote, UserCheck, Waypoints } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import type { IdentityPage } from "#db/read/identity.ts";
import type { RetirementCondition } from "#lib/domain/charter.ts";
import type { FourAnswer, FourAnswers } from "#lib/domain/four-answers.ts";
import type { UseAnswer } from "#lib/domain/last-use.ts";
import { capital } from "../ui/capital.ts";
import { Card } from "../ui/card.tsx";
import { Fingerprint } from "../ui/mono.tsx";
import { Time } from "../ui/time.tsx";

/** Who owns it, why it exists, what it can reach, when it ends: each with the evidence itself, never a verdict. */
export const FourQuestions = ({ page, answers }: { readonly page: IdentityPage; readonly answers: FourAnswers }) => (
  <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
    <Who page={page} shown={answers.who} />
    <Why page={page} shown={answers.why} />
    <What page={page} shown={answers.reach} />
    <When page={page} shown={answers.end} />
  </div>
);

interface Asked {
  readonly page: IdentityPage;
  readonly shown: FourAnswer;
}

/** The evidence as a sentence, with when it was made. What is wrong is said in words and in red. */
const Shown = ({ of: { good, evidence, since } }: { readonly of: FourAnswer }) => (
  <span className={good ? undefined : "text-bad"}>
    {capital(evidence)}
    {since ? (
      <>
        , <Time at={since.toISOString()} />
      </>
    ) : null}
    .{" "}
  </span>
);

const Question = (props: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly answer: ReactNode;
  readonly evidence: ReactNode;
}) => (
  <Card label={props.title}>
    <h2 className="mb-2 flex items-center gap-1.5 text-xs text-muted [&_svg]:size-4">
      {props.icon}
      {props.title}
    </h2>
    <div className="text-[13.5px] break-words">{props.answer}</div>
    <div className="mt-2 flex gap-1.5 text-xs text-muted">
      <Quote aria-hidden className="mt-0.5 size-3 shrink-0" />
      <span className="min-w-0">{props.evidence}</span>
    </div>
  </Card>
);

function Who({ page: { names, place }, shown }: Asked) {
  const backup = names.backupPerson?.name ?? place.backupTeam ?? "none";
  return (
    <Question
      icon={<UserCheck aria-hidden />}
      title="Who owns it"
      answer={
        <>
          <b className="font-[560]">{names.owner.name}</b>, backup {backup}, team {place.team}
        </>
      }
      evidence={
        <>
          <Shown of={shown} />
          {shown.good ? null : "Transfer it."}
        </>
      }
    />
  );
}

const Why = ({ page: { row, plan }, shown }: Asked) => (
  <Question
    icon={<CircleHelp aria-hidden />}
    title="Why it exists"
    answer={<span dir="auto">{row.purpose}</span>}
    evidence={
      <>
        <Shown of={shown} />
        <Link className="link" href={`/requests/${row.charterRequest}`}>
          Its request
        </Link>
        {plan ? (
          <>
            , made exactly as approved: <Fingerprint digest={plan.digest} />
          </>
        ) : (
          ", not provisioned yet."
        )}
      </>
    }
  />
);

const What = ({ page: { row }, shown }: Asked) => (
  <Question
    icon={<Waypoints aria-hidden />}
    title="What it can reach"
    answer={row.reach.phrase}
    evidence={<Shown of={shown} />}
  />
);

const conditionWords = (condition: RetirementCondition): string => {
  if (condition.kind === "unused") return `it is unused for ${condition.days} days`;
  if (condition.kind === "repository-archived") return "its repository is archived";
  return condition.kind === "service-decommissioned"
    ? "its service is decommissioned"
    : "its owner is gone with nobody behind";
};

/** What ends it besides its end. *Unused* needs a source that would have told of a use. */
function endWords(conditions: readonly RetirementCondition[], use: UseAnswer): string {
  const own = conditions.map(conditionWords);
  const unseen = use === "no-signal" && conditions.some(({ kind }) => kind === "unused");
  return [
    own.length === 0
      ? "The worker disables it at its end, web up or down."
      : `The worker disables it at its end, and retires it when ${own.join(" or ")}.`,
    unseen ? "Nothing tells of its use: whether it is unused, people must judge." : "",
  ]
    .filter(Boolean)
    .join(" ");
}

function When({ page: { row }, shown }: Asked) {
  return (
    <Question
      icon={<CalendarClock aria-hidden />}
      title="When it ends"
      answer={
        row.state === "retired" && row.retiredAt ? (
          <>
            Removed <Time at={row.retiredAt.toISOString()} as="date" />
          </>
        ) : row.state === "retiring" && row.removeAt ? (
          <>
            Disabled; removed <Time at={row.removeAt.toISOString()} as="date" />. Renewing until then enables it again.
          </>
        ) : (
          <>
            <Time at={row.endsAt.toISOString()} as="date" />
            {row.state === "retiring" ? <span className="text-bad">, not disabled yet</span> : null}
          </>
        )
      }
      evidence={
        <>
          <Shown of={shown} />
          {row.state === "retiring" || row.state === "retired" ? null : endWords(row.charter.retireWhen, row.useAnswer)}
        </>
      }
    />
  );
}
