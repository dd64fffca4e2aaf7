import { Ban, Check, Hourglass } from "lucide-react";
import { Reasons } from "#components/plan/reasons.tsx";
import { Person } from "#components/ui/avatar.tsx";
import { Card } from "#components/ui/card.tsx";
import { Fingerprint } from "#components/ui/mono.tsx";
import { Deadline, Time } from "#components/ui/time.tsx";
import type { RequestPage } from "#db/read/request.ts";
import type { Stage } from "#lib/domain/decision.ts";

/** What policy decided, word for word, and under which bundle. */
export function DecisionCard({ page }: { readonly page: RequestPage }) {
  const newest = page.decisions[0];
  if (newest === undefined) return null;
  return (
    <Card title="What policy says" aside={<Time at={newest.decidedAt.toISOString()} />}>
      <div className="-my-2">
        <Reasons decision={newest.decision} />
      </div>
      {newest.decision.outcome === "passes" && newest.activatedBy.length > 0 ? (
        <p className="mt-3 text-sm">
          It passed on its own. Approvers of record:{" "}
          {newest.activatedBy.map((id) => page.names.people[id]?.name ?? "somebody unknown").join(" and ")}, in whose
          names the policy was activated.
        </p>
      ) : null}
      <p className="mt-3 text-xs text-faint">
        Decided by policy <Fingerprint digest={newest.bundle} />
        {newest.at === "release" ? ", again when it was released" : ""}
      </p>
    </Card>
  );
}

/** Stages with faces and deadline, then the owner's acceptance. */
export function StagesCard({ page }: { readonly page: RequestPage }) {
  const { state, acceptances } = page;
  if (state === null || (state.stages.length === 0 && state.accepter === null && acceptances.length === 0)) return null;
  const due =
    state.deadline && state.state.startsWith("awaiting") ? <Deadline at={state.deadline.toISOString()} /> : null;
  return (
    <Card title="Who decides" aside={due} flush>
      <ul>
        {state.stages.map((stage, index) => (
          <StageLine key={`${stage.role}/${stage.sentence}`} page={page} stage={stage} index={index} />
        ))}
        {state.accepter || acceptances.length > 0 ? <AcceptanceLine page={page} /> : null}
      </ul>
    </Card>
  );
}

function StageLine(props: { readonly page: RequestPage; readonly stage: Stage; readonly index: number }) {
  const { page, stage, index } = props;
  const given = page.verdicts.filter((verdict) => verdict.version === page.current.version && verdict.stage === index);
  const approvals = given.filter((verdict) => verdict.verdict === "approve" && verdict.result !== "refused").length;
  return (
    <li className="border-b border-line px-4 py-2.5 last:border-b-0">
      <p className="flex gap-2">
        <span className="font-[540] whitespace-nowrap">
          {approvals} of {stage.count} of {stage.role}
        </span>
        <span className="text-muted">{stage.sentence}</span>
      </p>
      {given.map((verdict) => (
        <VerdictLine key={verdict.id} verdict={verdict} name={page.names.people[verdict.person]?.name ?? "someone"} />
      ))}
    </li>
  );
}

function VerdictLine({ verdict, name }: { readonly verdict: RequestPage["verdicts"][number]; readonly name: string }) {
  const denied = verdict.verdict === "deny";
  const refusal = verdict.refusals?.[0]?.sentence ?? "";
  return (
    <div className="mt-1.5 flex flex-wrap items-center gap-x-2 text-sm">
      {denied ? <Ban aria-hidden className="size-4 text-bad" /> : <Check aria-hidden className="size-4 text-good" />}
      <Person name={name} />
      <span className="text-muted">
        {denied ? "denied " : "approved "}
        <Time at={verdict.receivedAt.toISOString()} />
        {verdict.result === null
          ? ", being checked"
          : verdict.result === "refused"
            ? `, does not count: ${refusal}`
            : ""}
      </span>
      {verdict.reason ? <bdi className="basis-full pl-6 text-muted">{verdict.reason}</bdi> : null}
    </div>
  );
}

function AcceptanceLine({ page: { request, state, acceptances, current, names } }: { readonly page: RequestPage }) {
  const what = request.kind === "change-access" ? "more access" : "ownership";
  const accepted = acceptances.find(
    (acceptance) => acceptance.version === current.version && acceptance.result !== "refused",
  );
  const who = names.people[accepted?.person ?? state?.accepter ?? ""]?.name ?? "the owner";
  return (
    <li className="flex flex-wrap items-center gap-x-2 border-b border-line px-4 py-2.5 text-sm last:border-b-0">
      {accepted ? (
        <Check aria-hidden className="size-4 text-good" />
      ) : (
        <Hourglass aria-hidden className="size-4 text-warn" />
      )}
      <Person name={who} />
      <span className="text-muted">
        {accepted ? (
          <>
            accepted {what} <Time at={accepted.receivedAt.toISOString()} />
          </>
        ) : (
          `is asked to accept ${what}`
        )}
      </span>
    </li>
  );
}
