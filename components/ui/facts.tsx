import type { ReactNode } from "react";

/** Label and value in two columns. */
export function Facts({
  rows,
}: {
  readonly rows: readonly { readonly label: ReactNode; readonly value: ReactNode; readonly id?: string }[];
}) {
  return (
    <dl className="grid grid-cols-[104px_minmax(0,1fr)] gap-x-3 gap-y-1.5 text-sm">
      {rows.map((row, at) => (
        <div
          key={row.id ?? (typeof row.label === "string" ? row.label : at)}
          className="col-span-2 grid grid-cols-subgrid"
        >
          <dt className="text-muted">{row.label}</dt>
          <dd className="min-w-0 break-words">{row.value}</dd>
        </div>
      ))}
    </dl>
  );
}
