import type { ReactNode } from "react";
import { cx } from "./ui/cx.ts";

export interface Moment {
  readonly id: string;
  /** `done` filled green, `now` ringed, `ahead` hollow, `bad` red. Each also says so in words inside `title` or `remark`. */
  readonly state: "done" | "now" | "ahead" | "bad";
  readonly title: ReactNode;
  readonly remark?: ReactNode;
  /** At the right: when, or how long. */
  readonly aside?: ReactNode;
}

const dots = {
  done: "border-good bg-good",
  now: "border-accent bg-surface shadow-[0_0_0_3px_var(--accent-soft)]",
  ahead: "border-line-strong bg-surface",
  bad: "border-bad bg-bad",
} as const;

/** What happened, in a row joined by a line. */
export function Timeline({ moments, label }: { readonly moments: readonly Moment[]; readonly label: string }) {
  return (
    <ol aria-label={label}>
      {moments.map((moment, at) => (
        <li
          key={moment.id}
          aria-current={moment.state === "now" ? "step" : undefined}
          className="relative grid grid-cols-[22px_minmax(0,1fr)_auto] gap-x-2.5 py-[7px] text-[13.5px]"
        >
          {at < moments.length - 1 ? (
            <span aria-hidden className="absolute top-[18px] -bottom-3 left-[10px] w-px bg-line-strong" />
          ) : null}
          <span
            aria-hidden
            className={cx("z-1 mt-[5px] ml-[6px] size-[9px] rounded-full border-2", dots[moment.state])}
          />
          <div className={cx("min-w-0", moment.state === "ahead" && "text-muted")}>
            {moment.title}
            {moment.remark ? <div className="text-[12.5px] break-words text-muted">{moment.remark}</div> : null}
          </div>
          <div className="text-[12.5px] whitespace-nowrap text-faint">{moment.aside}</div>
        </li>
      ))}
    </ol>
  );
}
