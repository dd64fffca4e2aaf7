import type { ReactNode } from "react";
import { cx } from "./cx.ts";

/** A bordered surface with an optional heading, a quiet remark at its right, and a foot. `flush` leaves the padding to the content (tables, lists). */
export function Card(props: {
  readonly title?: ReactNode;
  readonly aside?: ReactNode;
  readonly foot?: ReactNode;
  readonly flush?: boolean;
  readonly className?: string;
  readonly label?: string;
  /** Where numbers elsewhere on the page lead to. */
  readonly id?: string;
  readonly children: ReactNode;
}) {
  return (
    <section
      id={props.id}
      aria-label={props.label ?? (typeof props.title === "string" ? props.title : undefined)}
      className={cx("min-w-0 scroll-mt-4 rounded-lg border border-line bg-surface", props.className)}
    >
      {props.title === undefined ? null : (
        <header className="flex min-h-11 flex-wrap items-center gap-x-2 border-b border-line px-4 py-1.5">
          <h2 className="flex-1 basis-40 py-1">{props.title}</h2>
          {props.aside === undefined ? null : (
            <div className="flex min-w-0 flex-wrap items-center gap-x-2 py-0.5 text-sm text-muted">{props.aside}</div>
          )}
        </header>
      )}
      <div className={props.flush ? "min-w-0" : "px-4 py-3.5"}>{props.children}</div>
      {props.foot === undefined ? null : (
        <footer className="sticky bottom-14 flex flex-wrap items-center gap-2 rounded-b-lg border-t border-line bg-surface px-4 py-3 md:bottom-0">
          {props.foot}
        </footer>
      )}
    </section>
  );
}
