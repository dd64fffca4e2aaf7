import Link from "next/link";
import { Fragment, type ReactNode } from "react";

export interface Crumb {
  readonly title: string;
  readonly href?: string;
}

/** Where this page lies; the last is the page itself. */
export function Crumbs({ crumbs }: { readonly crumbs: readonly Crumb[] }): ReactNode {
  return (
    <nav aria-label="Where you are" className="flex min-w-0 items-center gap-1.5 text-muted">
      {crumbs.map((crumb, at) => (
        <Fragment key={crumb.title}>
          {at > 0 ? <span aria-hidden>/</span> : null}
          {at < crumbs.length - 1 && crumb.href !== undefined ? (
            <Link href={crumb.href} className="shrink-0 hover:text-text">
              {crumb.title}
            </Link>
          ) : (
            <span
              aria-current={at === crumbs.length - 1 ? "page" : undefined}
              className="truncate font-[560] text-text"
            >
              {crumb.title}
            </span>
          )}
        </Fragment>
      ))}
    </nav>
  );
}
