import type { ReactNode } from "react";
import { EnvironmentBadge } from "#components/status.tsx";
import { Person } from "#components/ui/avatar.tsx";
import { Time } from "#components/ui/time.tsx";
import type { Names } from "#db/read/names.ts";
import type { Charter, Origins } from "#lib/domain/charter.ts";
import { bindingWords, conditionWords, credentialWords, originWords } from "./words.ts";

interface Row {
  readonly field: keyof Charter;
  readonly label: string;
  readonly value: ReactNode;
}

/** A sealed charter, field by field, each with how it came to its value: what approver, owner and requester read alike. */
export const CharterLines = (props: {
  readonly charter: Charter;
  readonly origins: Origins;
  readonly names: Names;
}) => (
  <dl className="-my-[7px]">
    {[...placeRows(props.charter, props.names), ...termRows(props.charter, props.names)].map((row) => (
      <div
        key={row.field}
        className="grid grid-cols-[104px_minmax(0,1fr)] items-baseline gap-x-3 border-t border-line py-[7px] text-[13.5px] first:border-t-0 sm:grid-cols-[122px_minmax(0,1fr)_minmax(0,auto)]"
      >
        <dt className="text-muted">{row.label}</dt>
        <dd className="min-w-0 break-words">{row.value}</dd>
        <dd className="col-start-2 text-xs text-muted empty:hidden sm:col-start-3 sm:text-right">
          {originWords(props.origins[row.field])}
        </dd>
      </div>
    ))}
  </dl>
);

function placeRows(charter: Charter, names: Names): readonly Row[] {
  const person = (id: string) => <Person name={names.people[id]?.name ?? "someone unknown"} />;
  const backup =
    "team" in charter.backup ? (names.teams[charter.backup.team] ?? "a team") : person(charter.backup.person);
  return [
    { field: "binding", label: "What runs it", value: bindingWords(charter.binding) },
    { field: "environment", label: "Environment", value: <EnvironmentBadge environment={charter.environment} /> },
    { field: "target", label: "Target", value: charter.target },
    { field: "service", label: "Business service", value: names.services[charter.service] ?? "unknown" },
    { field: "classification", label: "Data", value: charter.classification },
    ...(charter.dataDomains.length > 0
      ? [{ field: "dataDomains" as const, label: "Data domains", value: charter.dataDomains.join(", ") }]
      : []),
    { field: "team", label: "Team", value: names.teams[charter.team] ?? "unknown" },
    { field: "owner", label: "Owner", value: person(charter.owner) },
    { field: "backup", label: "Backup", value: backup },
    { field: "endsIt", label: "Ends it", value: person(charter.endsIt) },
  ];
}

function termRows({ credential, rotation, endsAt, retireWhen, exception }: Charter, names: Names): readonly Row[] {
  return [
    { field: "credential", label: "Credential", value: credentialWords[credential] },
    ...(rotation ? [{ field: "rotation" as const, label: "Rotates", value: `every ${rotation.everyDays} days` }] : []),
    { field: "endsAt", label: "Ends", value: <Time at={endsAt} as="exact" className="" /> },
    {
      field: "retireWhen",
      label: "Retires when",
      value: retireWhen.map(conditionWords).join(" · ") || "only at its end",
    },
    ...(exception
      ? [
          {
            field: "exception" as const,
            label: "Exception",
            value: (
              <>
                <bdi>{exception.reason}</bdi> · until <Time at={exception.endsAt} as="date" /> ·{" "}
                {names.people[exception.owner]?.name ?? "someone unknown"} answers for it
              </>
            ),
          },
        ]
      : []),
  ];
}
