import { type GridCell, gridOf } from "#lib/domain/grid.ts";
import type { Reach } from "#lib/domain/reach.ts";
import { cx } from "../ui/cx.ts";

/** Service × access level: how many actions, every one of them on hover. Red cells hold an action that is marked as dangerous. */
export function ReachGrid({ reach }: { readonly reach: Reach }) {
  const { columns, rows } = gridOf(reach);
  if (reach.services.length === 0) return <p className="text-muted">It will be able to do nothing.</p>;
  return (
    <div>
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">What it will be able to do, by service and access level</caption>
        <thead>
          <tr>
            <th scope="col" className="h-8 border-b border-line text-left text-xs font-medium text-muted">
              Service
            </th>
            {columns.map(({ level, title }) => (
              <th
                key={level}
                scope="col"
                className="h-8 border-b border-line px-1.5 text-center text-xs font-medium text-muted"
              >
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.service}>
              <th scope="row" className="h-8 border-b border-line pr-2 text-left font-normal">
                {row.title}
              </th>
              {row.cells.map((cell) => (
                <Cell key={cell.level} cell={cell} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-2 text-[12.5px] text-muted">
        {reach.actions.toLocaleString("en-GB")} {reach.actions === 1 ? "action" : "actions"} on{" "}
        {reach.resources.length.toLocaleString("en-GB")} {reach.resources.length === 1 ? "resource" : "resources"}.
        {reach.unknown.length > 0 ? ` Not known to Charter: ${reach.unknown.join(", ")}.` : ""}
      </p>
      {reach.besides?.map((sentence) => (
        <p key={sentence} className="mt-1 text-[12.5px] text-muted">
          {sentence}
        </p>
      ))}
      <details className="mt-1 text-sm">
        <summary className="text-muted">Every action and resource</summary>
        <ul className="mt-1.5 grid gap-1 text-[12.5px] break-words">
          {rows.map((row) => (
            <li key={row.service}>
              <b className="font-[560]">{row.title}</b>{" "}
              <code>{row.cells.flatMap(({ actions }) => actions).join(", ")}</code>
            </li>
          ))}
          <li>
            <b className="font-[560]">On</b> <code className="break-all">{reach.resources.join(", ")}</code>
          </li>
        </ul>
      </details>
    </div>
  );
}

function Cell({ cell: { level, actions, count, marked } }: { readonly cell: GridCell }) {
  return (
    <td
      title={actions.join("\n") || undefined}
      className={cx(
        "h-8 border-b border-line px-1.5 text-center tabular-nums",
        count === 0 && "text-faint",
        count > 0 &&
          !marked &&
          (level === "write"
            ? "bg-[color-mix(in_srgb,var(--accent)_24%,var(--surface))]"
            : "bg-accent-soft text-accent-text"),
        marked && "bg-bad-soft font-semibold text-bad",
      )}
    >
      {count === 0 ? "·" : count}
      {marked ? <span className="sr-only"> dangerous</span> : null}
    </td>
  );
}
