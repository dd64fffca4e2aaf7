import type { Level, Reach } from "#lib/domain/reach.ts";
import { cx } from "../ui/cx.ts";

const columns: readonly { readonly level: Level; readonly title: string }[] = [
  { level: "list", title: "List" },
  { level: "read", title: "Read" },
  { level: "write", title: "Write" },
  { level: "permissions", title: "Permissions" },
  { level: "tagging", title: "Tagging" },
];

/** Service × access level: how many actions, every one of them on hover. Red cells manage permissions or take part in an escalation. */
export function ReachGrid({ reach }: { readonly reach: Reach }) {
  const dangerous = new Set(
    [...reach.permissionManagement, ...reach.escalations.flatMap(({ actions }) => actions)].map((action) =>
      action.toLowerCase(),
    ),
  );
  const shown = columns.filter(
    ({ level }) => level !== "tagging" || reach.services.some(({ levels }) => levels.tagging.length > 0),
  );
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
            {shown.map(({ level, title }) => (
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
          {reach.services.map((service) => (
            <tr key={service.service}>
              <th scope="row" className="h-8 border-b border-line pr-2 text-left font-normal">
                {service.title}
              </th>
              {shown.map(({ level }) => (
                <Cell key={level} level={level} actions={service.levels[level]} dangerous={dangerous} />
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
      <details className="mt-1 text-sm">
        <summary className="text-muted">Every action and resource</summary>
        <ul className="mt-1.5 grid gap-1 text-[12.5px] break-words">
          {reach.services.map((service) => (
            <li key={service.service}>
              <b className="font-[560]">{service.title}</b>{" "}
              <code>{columns.flatMap(({ level }) => service.levels[level]).join(", ")}</code>
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

function Cell({
  level,
  actions,
  dangerous,
}: {
  readonly level: Level;
  readonly actions: readonly string[];
  readonly dangerous: ReadonlySet<string>;
}) {
  const red = actions.some((action) => dangerous.has(action.toLowerCase()));
  return (
    <td
      title={actions.join("\n") || undefined}
      className={cx(
        "h-8 border-b border-line px-1.5 text-center tabular-nums",
        actions.length === 0 && "text-faint",
        actions.length > 0 &&
          !red &&
          (level === "write"
            ? "bg-[color-mix(in_srgb,var(--accent)_24%,var(--surface))]"
            : "bg-accent-soft text-accent-text"),
        red && "bg-bad-soft font-semibold text-bad",
      )}
    >
      {actions.length === 0 ? "·" : actions.length}
      {red ? <span className="sr-only"> dangerous</span> : null}
    </td>
  );
}
