import { Copy, TriangleAlert } from "lucide-react";
import type { IdentityPage } from "#db/read/identity.ts";
import type { Life as Lived } from "#db/read/life.ts";
import type { FourAnswers } from "#lib/domain/four-answers.ts";
import type { FindingView } from "#lib/web/finding-view.ts";
import type { Use } from "#lib/web/usage.ts";
import { IdentityFindings } from "../findings/identity-findings.tsx";
import type { MuteActions } from "../findings/mute.tsx";
import { ReachGrid } from "../plan/reach-grid.tsx";
import { EnvironmentBadge, IdentityStatus, Risk } from "../status.tsx";
import { Badge } from "../ui/badge.tsx";
import { Notice } from "../ui/banner.tsx";
import { LinkButton } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { Mono } from "../ui/mono.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { UseCard } from "../use/use-card.tsx";
import { Belongings } from "./belongings.tsx";
import { FourQuestions } from "./four-questions.tsx";
import { inForce, LastUse } from "./last-use.tsx";
import { Life } from "./life.tsx";
import type { StoppedUse } from "./stops.tsx";
import type { IdentityActions } from "./verb-dialogs.tsx";
import { type Verb, Verbs } from "./verbs.tsx";

/** May it exist, and is it as it should be? Four questions with their evidence, what it is made of, and its life. */
export function Identity(props: {
  readonly page: IdentityPage;
  readonly answers: FourAnswers;
  readonly life: Lived;
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly use: Use | null;
  readonly verbs: readonly Verb[];
  /** Whether the viewer may end a replaced credential early. */
  readonly mayEnd: boolean;
  readonly maxDays: number;
  readonly actions: IdentityActions;
  readonly found: { readonly findings: readonly FindingView[]; readonly muteDays: number };
  readonly muting: MuteActions;
}) {
  const { row, place, requests } = props.page;
  // An ARN names its object; the number that a database gives one tells a person nothing.
  const where = row.externalId?.includes(row.objectName) ? row.externalId : row.objectName;
  return (
    <>
      <PageHead
        title={row.name}
        marks={
          <>
            <IdentityStatus state={row.state} />
            <EnvironmentBadge environment={row.environment} />
            {row.differences.length > 0 ? (
              <Badge tone="warn" icon={<TriangleAlert aria-hidden />}>
                Changed outside
              </Badge>
            ) : null}
            <Risk risk={row.risk} parts={row.riskParts} />
          </>
        }
        actions={
          <>
            <LinkButton look="quiet" href={`/requests/new?like=${row.id}`}>
              <Copy aria-hidden />
              Request one like this
            </LinkButton>
            <Verbs
              identity={{
                id: row.id,
                name: row.name,
                environment: row.environment,
                owner: row.owner,
                endsAt: row.endsAt.toISOString(),
                exceptionEndsAt: row.charter.exception?.endsAt ?? null,
                use: stoppedUse(props.page),
              }}
              allowed={props.verbs}
              people={props.people}
              maxDays={props.maxDays}
              actions={props.actions}
            />
          </>
        }
      >
        <span className="flex flex-wrap items-center gap-x-1.5">
          <span>
            {place.target?.title ?? row.target} · {place.service?.name ?? "no service"}
          </span>
          <Mono copy tail={14}>
            {where}
          </Mono>
        </span>
      </PageHead>
      <Trouble page={props.page} />
      <IdentityFindings {...props.found} actions={props.muting} />
      <FourQuestions page={props.page} answers={props.answers} />
      <div className="mt-4 grid gap-4 lg:grid-cols-[minmax(0,1fr)_400px]">
        <div className="grid content-start gap-4">
          <Belongings page={props.page} endOverlap={props.mayEnd ? props.actions.endOverlap : null} />
          <Card title="Reach" aside={row.reach.phrase}>
            <ReachGrid reach={row.reach} />
          </Card>
          {row.liveAt === null ? null : <LastUse page={props.page} />}
          <UseCard use={props.use} />
        </div>
        <Life id={row.id} life={props.life} kinds={new Map(requests.map(({ id, kind }) => [id, kind]))} />
      </div>
    </>
  );
}

/** Its use as the dialogs say it that stop it. */
function stoppedUse(page: IdentityPage): StoppedUse {
  const { row } = page;
  const sources = new Map(
    inForce(page).map(({ source, lagMinutes }) => [`${source} ${lagMinutes}`, { source, lagMinutes }]),
  );
  return {
    answer: row.useAnswer,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    unusedSince: row.unusedSince?.toISOString() ?? null,
    knownUntil: row.useKnownUntil?.toISOString() ?? null,
    sources: [...sources.values()],
    suspended: row.state === "suspended",
  };
}

function Trouble({ page: { row, requests } }: { readonly page: IdentityPage }) {
  const stuck = requests.some(({ removalStuck }) => removalStuck);
  if (row.differences.length === 0 && !stuck) return null;
  return (
    <div className="mb-4">
      <Notice tone="warn" icon={<TriangleAlert aria-hidden />}>
        {[
          ...(row.differences.length > 0 ? [`It differs from the plan: ${row.differences.join(" ")}`] : []),
          ...(stuck ? ["Work on it is stuck; operators see why on My work."] : []),
        ].join(" ")}
      </Notice>
    </div>
  );
}
