import type { ApprovalPage } from "#db/read/approvals.ts";
import type { AccessView } from "#lib/judgement/view-access.ts";
import { CharterLines } from "../charter/charter-lines.tsx";
import { objectWords } from "../charter/words.ts";
import { AccessChange } from "../plan/access-change.tsx";
import { DifferenceList, differencesOf } from "../plan/differences.tsx";
import { Escalations } from "../plan/escalations.tsx";
import { PlanObjects } from "../plan/plan-objects.tsx";
import { ReachGrid } from "../plan/reach-grid.tsx";
import { Reasons } from "../plan/reasons.tsx";
import { SimilarList } from "../plan/similar-list.tsx";
import { EnvironmentBadge, Risk } from "../status.tsx";
import { Card } from "../ui/card.tsx";
import { Fingerprint } from "../ui/mono.tsx";
import { Time } from "../ui/time.tsx";
import { Decide, type DecideActions } from "./decide.tsx";

/** One request as its approver reads it: what is shown here is what the verdict binds. */
export function ApprovalCard(props: {
  readonly page: ApprovalPage;
  readonly stage: number;
  readonly queue: readonly string[];
  readonly actions: DecideActions;
  /** What a change of access differs in; null for every other kind. */
  readonly access: AccessView | null;
}) {
  const { item, decision, names, before } = props.page;
  const red =
    (decision?.reasons.some(({ tone }) => tone === "refuses") ?? false) || (item.reach?.escalations.length ?? 0) > 0;
  return (
    <Card
      flush
      label={item.charter.name}
      title={
        <span className="flex flex-wrap items-center gap-2 text-md">
          {item.charter.name} <EnvironmentBadge environment={item.charter.environment} />
          <Risk risk={item.risk} parts={item.riskParts} />
        </span>
      }
      aside={
        <span>
          {item.requesterName ?? "the worker"} · {names.teams[item.charter.team] ?? "no team"} ·{" "}
          <Time at={item.receivedAt.toISOString()} />
        </span>
      }
      foot={
        <Decide
          actions={props.actions}
          red={red}
          queue={props.queue}
          request={{
            id: item.id,
            name: item.charter.name,
            version: item.version,
            planDigest: item.planDigest ?? "",
            stage: props.stage,
            endsAt: item.kind === "change-access" ? null : item.charter.endsAt,
            droppable: droppable(props.page),
          }}
          remark={
            <>
              Binds version <Fingerprint digest={item.planDigest ?? ""} copy /> · {progress(props.page, props.stage)}
            </>
          }
        />
      }
    >
      <div className="grid gap-5 px-4 py-4">
        <p className="text-md leading-normal break-words" dir="auto">
          {item.charter.purpose}
        </p>
        {props.access === null && item.reach ? <Escalations reach={item.reach} /> : null}
        <Asked change={item.change} />
        {before ? <Changed page={props.page} /> : null}
        <div className="grid gap-5 lg:grid-cols-2">
          <section aria-label="Why it comes to you">
            <h3 className="mb-1 text-xs font-[560] text-muted">Why it comes to you</h3>
            {decision ? <Reasons decision={decision} /> : null}
          </section>
          <section aria-label="What it will be able to do">
            <h3 className="mb-1 text-xs font-[560] text-muted">
              {props.access === null ? "What it will be able to do" : "What changes of what it may do"}
            </h3>
            {props.access ? <AccessChange view={props.access} /> : item.reach ? <ReachGrid reach={item.reach} /> : null}
          </section>
        </div>
        <section aria-label={objectWords[item.kind]}>
          <h3 className="mb-1.5 text-xs font-[560] text-muted">
            {objectWords[item.kind]} · {objectCount(item.plan?.objects.length ?? 0)}
            {item.kind === "provision" ? ", permissions last" : ""}
          </h3>
          <PlanObjects objects={item.plan?.objects ?? []} notes={item.kind === "provision"} />
        </section>
        <div className="grid gap-5 lg:grid-cols-[minmax(0,1.8fr)_minmax(0,1fr)]">
          <section aria-label="Its charter">
            <h3 className="mb-1.5 text-xs font-[560] text-muted">Its charter, and where each line came from</h3>
            <CharterLines charter={item.charter} origins={item.origins} names={names} />
          </section>
          <ForAndAgainst page={props.page} />
        </div>
        <Remarks page={props.page} />
      </div>
    </Card>
  );
}

/** Why a change is asked, in the requester's words. */
const Asked = ({ change: { reason } }: { readonly change: ApprovalPage["item"]["change"] }) =>
  typeof reason === "string" ? (
    <p className="text-sm break-words" dir="auto">
      <b className="font-[560]">Asked because:</b> {reason}
    </p>
  ) : null;

const objectCount = (count: number): string => `${count} ${count === 1 ? "object" : "objects"}`;

/** Actions that *ask for less* may drop, dangerous ones first and preselected. */
function droppable({ item }: ApprovalPage) {
  const dangerous = new Set([
    ...(item.reach?.permissionManagement ?? []),
    ...(item.reach?.escalations.flatMap(({ actions }) => actions) ?? []),
  ]);
  const all = item.reach?.services.flatMap(({ levels }) => Object.values(levels).flat()) ?? [];
  return [...new Set(all)]
    .map((action) => ({ action, dangerous: dangerous.has(action) }))
    .toSorted((a, b) => Number(b.dangerous) - Number(a.dangerous) || a.action.localeCompare(b.action));
}

function progress({ item, given }: ApprovalPage, stage: number): string {
  const approved = given.filter((one) => one.stage === stage && one.verdict === "approve").length;
  return `${approved + 1} of ${item.stages[stage]?.count ?? 1}`;
}

function Changed({ page: { item, before, names } }: { readonly page: ApprovalPage }) {
  if (before === null) return null;
  return (
    <section aria-label="What changed" className="rounded-md border border-line bg-info-soft px-3.5 py-2.5">
      <h3 className="text-sm font-[560] text-info">
        Edited since version {before.version}: earlier approvals no longer count
      </h3>
      <DifferenceList differences={differencesOf(before.charter, item.charter, names)} />
    </section>
  );
}

const ForAndAgainst = ({
  page: {
    similar,
    history,
    item: { kind },
  },
}: {
  readonly page: ApprovalPage;
}) => (
  <section aria-label="What speaks for and against">
    <h3 className="mb-1.5 text-xs font-[560] text-muted">What else is known</h3>
    <ul className="grid gap-1.5 text-sm">
      {history ? (
        <li>
          The requester asked {history.all} {history.all === 1 ? "time" : "times"}: {history.live} came to life,{" "}
          {history.denied} refused or denied.
        </li>
      ) : null}
    </ul>
    {kind === "provision" ? (
      <>
        <h3 className="mt-4 mb-1.5 text-xs font-[560] text-muted">Similar identities</h3>
        {similar.length === 0 ? (
          <p className="text-sm text-muted">None is live yet to compare with.</p>
        ) : (
          <SimilarList similar={similar} />
        )}
      </>
    ) : null}
  </section>
);

function Remarks({ page: { given, remarks } }: { readonly page: ApprovalPage }) {
  if (given.length + remarks.length === 0) return null;
  const lines = [
    ...given.map((one) => ({
      id: one.id,
      at: one.at,
      text: `${one.person ?? "Somebody"} ${one.verdict === "approve" ? "approved" : "denied"}${one.reason ? `: ${one.reason}` : ""}`,
    })),
    ...remarks.map((one) => ({
      id: one.id,
      at: one.at,
      text: `${one.person ?? "Somebody"} ${one.proposal ? "asked for less" : "asked"}: ${one.text}`,
    })),
  ].toSorted((a, b) => a.at.getTime() - b.at.getTime());
  return (
    <section aria-label="Said so far">
      <h3 className="mb-1.5 text-xs font-[560] text-muted">Said so far</h3>
      <ul className="grid gap-1.5 text-sm">
        {lines.map((line) => (
          <li key={line.id} className="flex gap-3">
            <span className="min-w-0 break-words" dir="auto">
              {line.text}
            </span>
            <span className="ml-auto text-faint">
              <Time at={line.at.toISOString()} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
