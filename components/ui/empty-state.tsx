import type { ReactNode } from "react";

/** Nothing to show: says so, and what to do next. */
export function EmptyState({
  icon,
  title,
  children,
  action,
  page = false,
}: {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  /** It is all there is on the page: its title is the page's heading. */
  readonly page?: boolean;
}) {
  return (
    <div className="grid justify-items-center gap-1.5 px-6 py-10 text-center">
      {icon === undefined ? null : <span className="mb-1 text-faint [&_svg]:size-6">{icon}</span>}
      {page ? <h1 className="text-lg">{title}</h1> : <p className="font-[560]">{title}</p>}
      {children === undefined ? null : <div className="max-w-md text-muted">{children}</div>}
      {action === undefined ? null : <div className="mt-2">{action}</div>}
    </div>
  );
}
