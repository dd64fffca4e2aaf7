import { CircleX, Info } from "lucide-react";
import Link from "next/link";
import { CharterLines } from "#components/charter/charter-lines.tsx";
import { kindWords } from "#components/charter/words.ts";
import { differencesOf } from "#components/plan/differences.tsx";
import { EnvironmentBadge, RequestStatus } from "#components/status.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Notice } from "#components/ui/banner.tsx";
import { Card } from "#components/ui/card.tsx";
import { PageHead } from "#components/ui/page-head.tsx";
import { Time } from "#components/ui/time.tsx";
import { UseCard } from "#components/use/use-card.tsx";
import type { RequestPage } from "#db/read/request.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { maySubmitVersion, mayTakeBack, mayWithdraw } from "#lib/domain/request.ts";
import type { AccessView } from "#lib/judgement/view-access.ts";
import type { Answer } from "#lib/web/action.ts";
import type { Use } from "#lib/web/usage.ts";
import type { AcceptVerb } from "./accept.tsx";
import { AcceptCard } from "./accept-card.tsx";
import { CommentsCard } from "./comments-card.tsx";
import { heldUntil } from "./held.ts";
import { LiveSteps } from "./live-steps.tsx";
import { PlanCard } from "./plan-card.tsx";
import { RequestActions, type RequestVerbs } from "./request-actions.tsx";
import { DecisionCard, StagesCard } from "./stages-card.tsx";
import { isStuck, StatusLine } from "./status-line.tsx";
import type { Retry } from "./try-again.tsx";
import { VersionsCard } from "./versions-card.tsx";

export interface AllRequestVerbs extends RequestVerbs {
  readonly accept: AcceptVerb;
  readonly retry: Retry;
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
  readonly use: Use | null;
  /** What a change of access differs in; null for every other kind. */
  readonly access: AccessView | null;
  readonly verbs: AllRequestVerbs;
}

/** Where is it, and what happens next? */
export function Request({ page, viewer, use, access, verbs }: Props) {
  const { state, intent, current, names } = page;
  const asked = state?.state === "awaiting-acceptance" && state.accepter === viewer.id;
  const drains = viewer.roles.includes("operator") || viewer.roles.includes("security");
  return (
    <>
      <Head page={page} viewer={viewer} verbs={verbs} />
      <StatusLine page={page} />
      <Explained page={page} />
      <Because page={page} />
      {asked ? <AcceptCard page={page} accept={verbs.accept} /> : null}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
        <div className="grid gap-4">
          {intent ? <LiveSteps intent={intent} held={heldUntil(page)} retry={drains ? verbs.retry : null} /> : null}
          <PlanCard page={page} access={access} />
          <Card title="Charter" aside={`version ${current.version}`}>
            <p dir="auto" className="mb-4 text-md leading-relaxed break-words">
              {current.charter.purpose}
            </p>
            <CharterLines charter={current.charter} origins={current.origins} names={names} />
          </Card>
        </div>
        <div className="grid gap-4">
          <UseCard use={use} />
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

const takingBack = ({ request, identity, intent }: RequestPage, asker: Viewer) => ({
  kind: request.kind,
  stuck: intent?.state === "running" && intent.steps.some(({ stuckAt, state }) => stuckAt !== null && state !== "done"),
  undoing: intent?.state === "undoing",
  behind: [request.requester, identity?.owner ?? null],
  asker,
});

/** Whether this person's verdict is asked for and not given yet. */
const waitsFor = ({ request, state, current, verdicts }: RequestPage, viewer: Viewer): boolean =>
  state?.state === "awaiting-approval" &&
  request.requester !== viewer.id &&
  current.charter.owner !== viewer.id &&
  state.stages.some((stage) => viewer.roles.some((role) => role === stage.role)) &&
  !verdicts.some(({ version, person }) => version === current.version && person === viewer.id);

function Head({ page, viewer, verbs }: Omit<Props, "use" | "access">) {
  const { request, state, current, names } = page;
  const next = {
    state: state?.state ?? "received",
    requester: request.requester,
    person: viewer.id,
    newest: current.version,
    version: current.version + 1,
  };
  const may = {
    decide: waitsFor(page, viewer),
    withdraw: "ok" in mayWithdraw(next),
    takeBack: "ok" in mayTakeBack(takingBack(page, viewer)),
    another: request.kind === "provision",
    edit: request.kind === "provision" && "ok" in maySubmitVersion(next),
  };
  return (
    <PageHead
      title={current.charter.name}
      marks={
        <>
          <RequestStatus
            state={state?.state ?? null}
            kind={request.kind}
            held={heldUntil(page) !== null}
            stuck={isStuck(page)}
          />
          <EnvironmentBadge environment={current.charter.environment} />
          {current.version > 1 ? <Badge>Version {current.version}</Badge> : null}
        </>
      }
      actions={<RequestActions request={request.id} name={current.charter.name} may={may} verbs={verbs} />}
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

function Conversation({ page, viewer, verbs }: Omit<Props, "use" | "access">) {
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

function linesOf({ comments, versions, current, names }: RequestPage) {
  return comments.map((comment) => {
    const about = versions.find((version) => version.version === comment.version);
    return {
      id: comment.id,
      person: names.people[comment.person]?.name ?? "someone",
      text: comment.text,
      at: comment.receivedAt.toISOString(),
      proposes: comment.proposal && about ? differencesOf(about.charter, comment.proposal.charter, names) : null,
      stale: comment.version !== current.version ? comment.version : null,
    };
  });
}

/** Why a change is asked, in the requester's words. */
function Because({ page: { current } }: { readonly page: RequestPage }) {
  const { reason } = current.change;
  if (typeof reason !== "string") return null;
  return (
    <p dir="auto" className="mb-4 break-words">
      <b className="font-[560]">Asked because:</b> {reason}
    </p>
  );
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
        {sentence && refusals.every((refusal) => refusal.sentence !== sentence) ? <p>{sentence}</p> : null}
        {refusals.map((refusal) => (
          <p key={`${refusal.field ?? ""}${refusal.sentence}`}>
            {refusal.sentence} {refusal.mend}
          </p>
        ))}
      </Notice>
    </div>
  );
}
