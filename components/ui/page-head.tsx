import type { ReactNode } from "react";

/** A page's question, one line that answers it, and its verbs at the right. */
export function PageHead({
  title,
  marks,
  children,
  actions,
}: {
  readonly title: ReactNode;
  readonly marks?: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <div className="mb-4 flex flex-wrap items-start gap-x-3 gap-y-2">
      <div className="min-w-0 flex-1 basis-64">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 break-words">{title}</h1>
          {marks === undefined ? null : <span className="flex flex-wrap items-center gap-1.5">{marks}</span>}
        </div>
        {children === undefined ? null : <div className="mt-0.5 text-muted">{children}</div>}
      </div>
      {actions === undefined ? null : <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}
