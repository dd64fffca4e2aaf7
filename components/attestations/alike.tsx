import type { ReactNode } from "react";
import type { Evidence } from "#lib/domain/attestation-evidence.ts";
import type { QuestionCard } from "#lib/web/attestation-page.ts";
import { EnvironmentBadge } from "../status.tsx";
import { Deadline } from "../ui/time.tsx";
import { sayDay, sayUsed } from "./evidence.tsx";

/** Several that are answered for at once: each by name, then what is the same of them. */
export const Alike = ({
  cards,
  evidence,
}: {
  readonly cards: readonly QuestionCard[];
  readonly evidence: Evidence;
}) => (
  <div className="mb-4 grid gap-3">
    <ul className="max-h-48 overflow-y-auto rounded-md border border-line">
      {cards.map((card) => (
        <li
          key={card.identity}
          className="flex min-h-9 items-center gap-2 border-b border-line px-3 py-1 last:border-b-0"
        >
          <span className="min-w-0 flex-1 font-[540] break-words">{card.evidence.name}</span>
          <EnvironmentBadge environment={card.evidence.environment} />
          <span className="text-sm">
            <Deadline at={card.dueAt} />
          </span>
        </li>
      ))}
    </ul>
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1 text-[13.5px]">
      <Same title="Reaches">
        {evidence.reach.phrase}
        {evidence.reach.escalations.map((sentence) => (
          <span key={sentence} className="block text-bad">
            {sentence}
          </span>
        ))}
      </Same>
      <Same title="Used">{sayUsed(evidence.use)}</Same>
      <Same title="Ends">{sayDay(evidence.endsOn)}</Same>
      <Same title="Findings">{evidence.findings.length + evidence.differences.length || "None"}</Same>
    </dl>
  </div>
);

const Same = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <div className="contents">
    <dt className="text-muted">{title}</dt>
    <dd className="min-w-0 break-words">{children}</dd>
  </div>
);
