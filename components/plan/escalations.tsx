import { ShieldAlert } from "lucide-react";
import { Fragment } from "react";
import type { Reach } from "#lib/domain/reach.ts";
import { cx } from "../ui/cx.ts";

/** Known ways to gain more power than granted, each drawn as a path, with what closes it. */
export function Escalations({ reach }: { readonly reach: Reach }) {
  if (reach.escalations.length === 0) return null;
  return (
    <div
      role="note"
      className="grid gap-3 rounded-md border border-[color-mix(in_srgb,var(--bad)_35%,var(--line))] bg-bad-soft px-3.5 py-3"
    >
      {reach.escalations.slice(0, 5).map((escalation) => (
        <div key={escalation.id} className="grid gap-1.5">
          <p className="flex gap-2 font-[560] text-bad">
            <ShieldAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
            {escalation.sentence}
          </p>
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
            {escalation.path.map((hop, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a path's hops have no other identity and never move.
              <Fragment key={at}>
                <span
                  className={cx(
                    "rounded-[5px] border bg-surface px-2 py-0.5 font-[540] break-all",
                    at === escalation.path.length - 1 ? "border-bad text-bad" : "border-line-strong",
                  )}
                >
                  {hop.node}
                </span>
                {hop.via ? <code className="text-muted">{`— ${hop.via} →`}</code> : null}
              </Fragment>
            ))}
          </p>
          <p className="text-sm">{escalation.mend}</p>
        </div>
      ))}
      {reach.escalations.length > 5 ? <p className="text-sm">and {reach.escalations.length - 5} more ways.</p> : null}
    </div>
  );
}
