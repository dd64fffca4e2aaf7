import {
  ArrowUpRight,
  CalendarClock,
  GitCompareArrows,
  type LucideIcon,
  TriangleAlert,
  Users,
  Waypoints,
} from "lucide-react";
import type { ReactNode } from "react";
import type { Evidence } from "#lib/domain/attestation-evidence.ts";
import { asFindingKind, wordsOf } from "#lib/domain/finding.ts";
import { sayLag } from "#lib/domain/last-use.ts";
import { dateOf } from "../ui/moment.ts";

/** A day of the evidence as people write it. */
export const sayDay = (day: string): string => dateOf(Date.parse(`${day}T00:00:00Z`));

/** Everything an answer seals, as its card shows it. */
export function EvidenceFacts({ evidence }: { readonly evidence: Evidence }) {
  const { reach, use, last, findings, differences } = evidence;
  return (
    <dl className="grid gap-x-6 gap-y-4 md:grid-cols-2 lg:grid-cols-3">
      <Fact icon={Waypoints} title="Reaches">
        {reach.phrase}
        <Quiet>
          {reach.services.map(({ title, levels }) => `${title}: ${levels.join(", ")}`).join(" · ")}
          <details>
            <summary>
              {reach.resources.length} {reach.resources.length === 1 ? "resource" : "resources"}
            </summary>
            <code className="block break-all">{reach.resources.join(", ")}</code>
          </details>
        </Quiet>
        {reach.escalations.map((sentence) => (
          <span key={sentence} className="block text-bad">
            {sentence}
          </span>
        ))}
      </Fact>
      <Fact icon={ArrowUpRight} title="Used">
        {sayUsed(use)}
        <Quiet>
          {use.sources.length === 0
            ? "Nothing tells of its use."
            : use.sources.map(({ source, lagMinutes }) => `${source}, ${sayLag(lagMinutes)}`).join(" · ")}
        </Quiet>
      </Fact>
      <Fact icon={GitCompareArrows} title="Changed">
        {last === null ? "Not asked before" : last.changed.length === 0 ? "Nothing" : last.changed.join(", ")}
        {last === null ? null : (
          <Quiet>
            since {last.by} said <i>{last.answer}</i> on {sayDay(last.on)}
            {last.reason === "" ? "" : `: ${last.reason}`}
          </Quiet>
        )}
      </Fact>
      <Fact icon={Users} title="Owner and backup">
        {evidence.owner}
        <Quiet>
          backup {evidence.backup} · {evidence.service}, {evidence.team}
        </Quiet>
      </Fact>
      <Fact icon={CalendarClock} title="Ends">
        {sayDay(evidence.endsOn)}
        <Quiet>
          {evidence.credential} credential · {evidence.classification} data
        </Quiet>
      </Fact>
      <Fact icon={TriangleAlert} title="Findings">
        {findings.length + differences.length === 0 ? "None" : null}
        {findings.map(({ kind, sentence }) => (
          <span key={`${kind} ${sentence}`} className="block">
            <b className="font-[560]">{titleOf(kind)}.</b> {sentence}
          </span>
        ))}
        {differences.map((sentence) => (
          <span key={sentence} className="block">
            <b className="font-[560]">Read back.</b> {sentence}
          </span>
        ))}
      </Fact>
    </dl>
  );
}

function titleOf(kind: string): string {
  const known = asFindingKind(kind);
  return known === null ? kind : wordsOf(known).title;
}

/** When it was last used, as far as anything tells. */
export function sayUsed({ answer, lastUsedOn, unusedSince }: Evidence["use"]): string {
  if (lastUsedOn !== null) return `Last on ${sayDay(lastUsedOn)}`;
  if (answer === "not-used" && unusedSince !== null) return `Never seen since ${sayDay(unusedSince)}`;
  return "No signal";
}

const Fact = (props: { readonly icon: LucideIcon; readonly title: string; readonly children: ReactNode }) => (
  <div className="min-w-0">
    <dt className="mb-0.5 flex items-center gap-1.5 text-xs font-[560] text-muted">
      <props.icon aria-hidden className="size-3.5 shrink-0" />
      {props.title}
    </dt>
    <dd className="min-w-0 break-words">{props.children}</dd>
  </div>
);

const Quiet = ({ children }: { readonly children: ReactNode }) => (
  <span className="block text-sm text-muted">{children}</span>
);
