import type { ReactNode } from "react";
import { doingWords, doneWords } from "#components/charter/words.ts";
import { cx } from "#components/ui/cx.ts";
import { Time } from "#components/ui/time.tsx";
import type { RequestPage } from "#db/read/request.ts";
import type { RequestState } from "#lib/domain/request.ts";
import { Folded } from "./folded.tsx";
import { heldUntil } from "./held.ts";

type Mark = "ok" | "now" | "ahead" | "bad";
interface Stop {
  readonly title: string;
  readonly mark: Mark;
  readonly remark: ReactNode;
}

const reached: { readonly [S in RequestState]: number } = {
  received: 0,
  refused: 1,
  "awaiting-approval": 2,
  "awaiting-acceptance": 2,
  resubmit: 2,
  denied: 2,
  withdrawn: 2,
  expired: 2,
  approved: 3,
  provisioning: 3,
  failed: 3,
  live: 4,
  done: 4,
};
const ended: readonly RequestState[] = ["refused", "denied", "withdrawn", "expired", "failed"];

const looks: { readonly [M in Mark]: string } = {
  ok: "border-t-good text-muted",
  now: "border-t-accent bg-accent-soft text-accent-text",
  bad: "border-t-bad bg-bad-soft text-bad",
  ahead: "border-t-line text-faint",
};
const place = "border-t-[3px] px-3.5 py-2.5 text-[12.5px]";

/** received → policy → approvals → provisioning → live: where it is, and what happens next. */
export function StatusLine({ page }: { readonly page: RequestPage }) {
  const stops = stopsOf(page);
  const at = reached[page.state?.state ?? "received"];
  const here = stops[at];
  return (
    <div className="mb-[18px] overflow-hidden rounded-lg border border-line bg-surface">
      <Folded
        className={cx(place, looks[here?.mark ?? "now"])}
        line={
          <span className="min-w-0 truncate">
            <b className="text-[13.5px] font-[560]">{here?.title}</b> · {at + 1} of {stops.length}
            {here?.remark ? <> · {here.remark}</> : null}
          </span>
        }
      >
        <ol aria-label="Progress" className="grid md:auto-cols-fr md:grid-flow-col">
          {stops.map((stop) => (
            <li
              key={stop.title}
              aria-current={stop.mark === "now" ? "step" : undefined}
              className={cx(place, looks[stop.mark], "border-r-line md:border-r md:last:border-r-0")}
            >
              <b className={cx("block text-[13.5px] font-[560]", stop.mark === "ok" && "text-text")}>{stop.title}</b>
              {stop.remark}
            </li>
          ))}
        </ol>
      </Folded>
    </div>
  );
}

/** Whether a step waits for an operator. */
export const isStuck = ({ intent }: RequestPage): boolean =>
  intent?.steps.some(({ state, stuckAt }) => stuckAt !== null && state !== "done" && state !== "undone") ?? false;

function stopsOf(page: RequestPage): readonly Stop[] {
  const state = page.state?.state ?? "received";
  const at = reached[state];
  const mark = (index: number): Mark =>
    index < at || (index === at && at === 4) ? "ok" : index > at ? "ahead" : ended.includes(state) ? "bad" : "now";
  const { kind } = page.request;
  return [
    { title: "Received", mark: mark(0), remark: <Time at={page.request.receivedAt.toISOString()} /> },
    { title: "Policy", mark: mark(1), remark: policyRemark(page) },
    { title: "Approvals", mark: mark(2), remark: approvalRemark(page) },
    {
      title: heldUntil(page) ? "Disabled" : doingWords[kind],
      mark: isStuck(page) ? "bad" : mark(3),
      remark: doingRemark(page),
    },
    { title: doneWords[kind], mark: mark(4), remark: lastRemark(page) },
  ];
}

function policyRemark({ decisions }: RequestPage): ReactNode {
  const decision = decisions[0]?.decision;
  if (decision === undefined) return "not decided yet";
  if (decision.outcome === "refused") return "refused";
  if (decision.outcome === "passes") return "passes on its own";
  return decision.stages.map((stage) => `${stage.count} of ${stage.role}`).join(", ");
}

function approvalRemark({ state, verdicts, current, names }: RequestPage): ReactNode {
  const here = verdicts.filter((verdict) => verdict.version === current.version && verdict.result !== "refused");
  if (state?.state === "withdrawn") return "withdrawn";
  if (state?.state === "expired") return "deadline passed";
  if (state?.state === "awaiting-acceptance")
    return `${names.people[state.accepter ?? ""]?.name ?? "the owner"} to accept`;
  if (state?.state === "resubmit") return "submit again";
  if (here.length > 0) return here.map((verdict) => names.people[verdict.person]?.name ?? "someone").join(", ");
  if (state?.state === "awaiting-approval") return "nobody yet";
  return state && state.stages.length === 0 && reached[state.state] > 2 ? "none needed" : "";
}

function doingRemark(page: RequestPage): ReactNode {
  const { intent } = page;
  const held = heldUntil(page);
  if (intent === null) return "";
  const done = intent.steps.filter((step) => step.state === "done").length;
  if (intent.state === "undoing") return "being taken back";
  if (isStuck(page)) return `stuck at step ${done + 1} of ${intent.steps.length}`;
  if (held)
    return (
      <>
        waiting until <Time at={held.toISOString()} as="date" />
      </>
    );
  return done < intent.steps.length
    ? `step ${done + 1} of ${intent.steps.length}`
    : `${done} ${done === 1 ? "step" : "steps"}`;
}

function lastRemark({ identity, request, state }: RequestPage): ReactNode {
  if (request.kind !== "provision") return state?.state === "done" ? <Time at={state.since.toISOString()} /> : "";
  if (identity?.firstUseAt) return "first use seen";
  if (state?.state !== "live") return "";
  return identity?.useAnswer === "not-used" ? "not used yet" : "no signal of use yet";
}
