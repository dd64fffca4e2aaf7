import { CircleX, Info } from "lucide-react";
import Link from "next/link";
import { EnvironmentBadge, RequestStatus } from "#components/status.tsx";
import { Notice } from "#components/ui/banner.tsx";
import { PageHead } from "#components/ui/page-head.tsx";
import { Time } from "#components/ui/time.tsx";
import type { RequestPage } from "#db/read/request.ts";
import type { Usage } from "#lib/connectors/connector.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { charterDiff } from "#lib/domain/diff.ts";
import type { Answer } from "#lib/web/action.ts";
import { CharterCard } from "./charter-card.tsx";
import { CommentsCard } from "./comments-card.tsx";
import { LiveSteps } from "./live-steps.tsx";
import { PlanCard } from "./plan-card.tsx";
import { RequestActions, type RequestVerbs } from "./request-actions.tsx";
import { DecisionCard, StagesCard } from "./stages-card.tsx";
import { StatusLine } from "./status-line.tsx";
import { UseCard } from "./use-card.tsx";
import { VersionsCard } from "./versions-card.tsx";
import { kindWords } from "./words.ts";

export interface AllRequestVerbs extends RequestVerbs {
  readonly comment: (input: { request: string; version: number; text: string }) => Promise<Answer<unknown>>;
  readonly takeOver: (input: { request: string; comment: string }) => Promise<Answer<unknown>>;
}

const undecided: readonly (string | undefined)[] = [
  undefined,
  "received",
  "awaiting-approval",
  "awaiting-acceptance",
  "resubmit",
];

interface Props {
  readonly page: RequestPage;
  readonly viewer: Viewer;
  readonly usages: readonly Usage[];
  readonly verbs: AllRequestVerbs;
}

/** Where is it, and what happens next? */
export function Request({ page, viewer, usages, verbs }: Props) {
  return (
    <>
      <Head page={page} viewer={viewer} verbs={verbs} />
      <StatusLine page={page} />
      <Explained page={page} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
        <div className="grid gap-4">
          {page.intent ? <LiveSteps intent={page.intent} /> : null}
          <PlanCard page={page} />
          <CharterCard page={page} />
        </div>
        <div className="grid gap-4">
          {page.intent ? <UseCard page={page} usages={usages} /> : null}
          <StagesCard page={page} />
          <DecisionCard page={page} />
          <Conversation page={page} viewer={viewer} verbs={verbs} />
          <VersionsCard page={page} />
        </div>
      </div>
    </>
  );
}

const isOpen = ({ state }: RequestPage): boolean => undecided.includes(state?.state);
const isMine = ({ request }: RequestPage, viewer: Viewer): boolean => request.requester === viewer.id;

function Head({ page, viewer, verbs }: Omit<Props, "usages">) {
  const { request, state, current, names } = page;
  const own = isMine(page, viewer) && isOpen(page);
  const may = {
    withdraw: own,
    edit: own && request.kind === "provision",
    accept: state?.state === "awaiting-acceptance" && state.accepter === viewer.id,
  };
  const seen = { request: request.id, version: current.version, planDigest: state?.planDigest ?? null };
  return (
    <PageHead
      title={current.charter.name}
      marks={
        <>
          <RequestStatus state={state?.state ?? null} />
          <EnvironmentBadge environment={current.charter.environment} />
        </>
      }
      actions={<RequestActions {...seen} name={current.charter.name} may={may} verbs={verbs} />}
    >
      {kindWords[request.kind]} on {current.charter.target} · asked by{" "}
      <bdi>{names.people[request.requester ?? ""]?.name ?? "Charter"}</bdi>{" "}
      <Time at={request.receivedAt.toISOString()} />
      <IdentityLink page={page} />
    </PageHead>
  );
}

function IdentityLink({ page: { identity } }: { readonly page: RequestPage }) {
  if (!identity || identity.state === "provisioning") return null;
  return (
    <>
      {" · "}
      <Link className="link" href={`/identities/${identity.id}`}>
        the identity
      </Link>
    </>
  );
}

function Conversation({ page, viewer, verbs }: Omit<Props, "usages">) {
  return (
    <CommentsCard
      request={page.request.id}
      version={page.current.version}
      open={isOpen(page)}
      mayTakeOver={isMine(page, viewer) && isOpen(page)}
      comments={linesOf(page)}
      comment={verbs.comment}
      takeOver={verbs.takeOver}
    />
  );
}

function linesOf({ comments, versions, names }: RequestPage) {
  const words = {
    ...Object.fromEntries(Object.entries(names.people).map(([id, person]) => [id, person.name])),
    ...names.teams,
    ...names.services,
  };
  return comments.map((comment) => {
    const about = versions.find((version) => version.version === comment.version);
    return {
      id: comment.id,
      person: names.people[comment.person]?.name ?? "someone",
      text: comment.text,
      at: comment.receivedAt.toISOString(),
      proposes: comment.proposal && about ? charterDiff(about.charter, comment.proposal.charter, words) : null,
    };
  });
}

/** Why it ended or stands still, in words, with what would help. */
function Explained({ page: { state, current } }: { readonly page: RequestPage }) {
  const refusals = current.result === "refused" ? (current.refusals ?? []) : (state?.detail.refusals ?? []);
  const sentence = state?.detail.sentence;
  if (refusals.length === 0 && !sentence) return null;
  const bad = state === null || ["refused", "denied", "failed"].includes(state.state) || current.result === "refused";
  return (
    <div className="mb-4">
      <Notice tone={bad ? "bad" : "warn"} icon={bad ? <CircleX aria-hidden /> : <Info aria-hidden />}>
        {sentence ? <p>{sentence}</p> : null}
        {refusals.map((refusal) => (
          <p key={`${refusal.field ?? ""}${refusal.sentence}`}>
            {refusal.sentence} {refusal.mend}
          </p>
        ))}
      </Notice>
    </div>
  );
}
