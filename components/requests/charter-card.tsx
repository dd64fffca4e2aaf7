import type { ReactNode } from "react";
import { EnvironmentBadge } from "#components/status.tsx";
import { Person } from "#components/ui/avatar.tsx";
import { Card } from "#components/ui/card.tsx";
import { Time } from "#components/ui/time.tsx";
import type { RequestPage } from "#db/read/request.ts";
import { bindingWords, conditionWords, credentialWords, originWords } from "./words.ts";

interface Row {
  readonly field: string;
  readonly label: string;
  readonly value: ReactNode;
}

/** The charter as sealed: every field with how it came to its value. */
export function CharterCard({ page }: { readonly page: RequestPage }) {
  const { charter, origins, version } = page.current;
  return (
    <Card title="Charter" aside={`version ${version}`}>
      <p dir="auto" className="mb-3 text-md leading-relaxed">
        {charter.purpose}
      </p>
      <dl className="-mb-2">
        {[...placeRows(page), ...termRows(page)].map((row) => (
          <div
            key={row.field}
            className="grid grid-cols-[104px_minmax(0,1fr)] items-baseline gap-x-3 border-t border-line py-[7px] text-[13.5px] sm:grid-cols-[122px_minmax(0,1fr)_auto]"
          >
            <dt className="text-muted">{row.label}</dt>
            <dd className="min-w-0 break-words">{row.value}</dd>
            <dd className="col-start-2 text-xs text-faint empty:hidden sm:col-start-3">
              {originWords(origins[row.field])}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function placeRows({ current: { charter }, names }: RequestPage): readonly Row[] {
  const person = (id: string) => <Person name={names.people[id]?.name ?? "someone unknown"} />;
  const backup =
    "team" in charter.backup ? (names.teams[charter.backup.team] ?? "a team") : person(charter.backup.person);
  const service = `${names.services[charter.service] ?? "unknown"} · ${charter.classification}`;
  return [
    { field: "binding", label: "What runs it", value: bindingWords(charter.binding) },
    { field: "environment", label: "Environment", value: <EnvironmentBadge environment={charter.environment} /> },
    { field: "target", label: "Target", value: charter.target },
    { field: "service", label: "Business service", value: service },
    { field: "team", label: "Team", value: names.teams[charter.team] ?? "unknown" },
    { field: "owner", label: "Owner", value: person(charter.owner) },
    { field: "backup", label: "Backup", value: backup },
    { field: "endsIt", label: "Ends it", value: person(charter.endsIt) },
  ];
}

function termRows({ current: { charter }, names }: RequestPage): readonly Row[] {
  const { rotation, exception } = charter;
  return [
    { field: "credential", label: "Credential", value: credentialWords[charter.credential] },
    ...(rotation ? [{ field: "rotation", label: "Rotates", value: `every ${rotation.everyDays} days` }] : []),
    { field: "endsAt", label: "Ends", value: <Time at={charter.endsAt} as="exact" className="" /> },
    {
      field: "retireWhen",
      label: "Retires when",
      value: charter.retireWhen.map(conditionWords).join(" · ") || "only at its end",
    },
    ...(exception
      ? [
          {
            field: "exception",
            label: "Exception",
            value: <ExceptionWords exception={exception} owner={names.people[exception.owner]?.name} />,
          },
        ]
      : []),
  ];
}

const ExceptionWords = ({
  exception,
  owner,
}: {
  readonly exception: { readonly reason: string; readonly endsAt: string };
  readonly owner: string | undefined;
}) => (
  <>
    <bdi>{exception.reason}</bdi> · until <Time at={exception.endsAt} as="date" /> · {owner ?? "someone unknown"}{" "}
    answers for it
  </>
);
