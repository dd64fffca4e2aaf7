"use client";
import { Lock, TriangleAlert } from "lucide-react";
import type { CredentialModel, Environment } from "#lib/domain/charter.ts";
import type { SeverityLevel } from "#lib/domain/finding.ts";
import type { IdentityState } from "#lib/domain/identity.ts";
import { sayLag } from "#lib/domain/last-use.ts";
import type { Column } from "../data-table.tsx";
import { Severity } from "../findings/severity.tsx";
import { EnvironmentBadge, IdentityStatus, Risk } from "../status.tsx";
import { Badge } from "../ui/badge.tsx";
import { Time } from "../ui/time.tsx";

export interface InventoryTableRow {
  readonly id: string;
  readonly name: string;
  readonly blueprint: string;
  readonly target: string;
  readonly environment: Environment;
  readonly state: IdentityState;
  readonly owner: string;
  readonly ownerActive: boolean;
  readonly team: string;
  readonly service: string;
  readonly purpose: string;
  readonly credential: CredentialModel;
  readonly endsAt: string;
  readonly risk: number;
  readonly reach: string;
  readonly differences: number;
  readonly findings: { readonly count: number; readonly worst: number; readonly level: SeverityLevel };
  readonly use: {
    readonly lastUsedAt: string | null;
    readonly lagMinutes: number | null;
    readonly words: string;
    readonly stale: boolean;
  };
}

/** What can be said of each in a table; the first one names it and is always there. */
export const columns: readonly Column<InventoryTableRow>[] = [
  {
    id: "name",
    title: "Name",
    sort: "name",
    cell: (row) => (
      <>
        <span className="block truncate">{row.name}</span>
        <span className="block truncate text-xs font-normal text-faint">{row.blueprint}</span>
      </>
    ),
  },
  { id: "state", title: "State", fixed: true, cell: (row) => <States row={row} /> },
  {
    id: "target",
    title: "Target",
    from: "md",
    cell: (row) => (
      <span className="block max-w-28 truncate" title={row.target}>
        {row.target}
      </span>
    ),
  },
  {
    id: "environment",
    title: "Environment",
    from: "md",
    fixed: true,
    cell: (row) => <EnvironmentBadge environment={row.environment} />,
  },
  { id: "owner", title: "Owner", from: "md", cell: (row) => <Owner row={row} /> },
  {
    id: "reach",
    title: "Reach",
    from: "wide",
    cell: (row) => <span className="block max-w-40 truncate text-muted">{row.reach}</span>,
  },
  {
    id: "credential",
    title: "Credential",
    from: "lg",
    fixed: true,
    cell: (row) => <Credential model={row.credential} />,
  },
  { id: "findings", title: "Findings", from: "lg", fixed: true, cell: (row) => <Found findings={row.findings} /> },
  { id: "used", title: "Last used", sort: "used", from: "lg", fixed: true, cell: (row) => <LastUsed use={row.use} /> },
  { id: "ends", title: "Ends", sort: "ends", from: "md", fixed: true, cell: (row) => <Time at={row.endsAt} /> },
  { id: "risk", title: "Risk", sort: "risk", from: "wide", fixed: true, cell: (row) => <Risk risk={row.risk} bare /> },
];

export const States = ({ row }: { readonly row: InventoryTableRow }) => (
  <span className="inline-grid justify-items-start gap-1 py-1 align-middle">
    <IdentityStatus state={row.state} />
    {row.differences > 0 ? (
      <span className="inline-flex items-center gap-1 text-xs text-warn">
        <TriangleAlert aria-hidden className="size-3.5" />
        Changed outside
      </span>
    ) : null}
  </span>
);

export const Owner = ({ row }: { readonly row: InventoryTableRow }) => (
  <span className="block max-w-32" title={`${row.owner}, ${row.team}`}>
    <span className="block truncate">{row.owner}</span>
    <span className="block truncate text-xs text-faint">
      {row.ownerActive ? null : <span className="text-bad">has left · </span>}
      {row.team}
    </span>
  </span>
);

export const Found = ({ findings: { count, worst, level } }: { readonly findings: InventoryTableRow["findings"] }) =>
  count === 0 ? (
    <span className="text-faint">none</span>
  ) : (
    <span className="inline-flex items-center gap-1.5 tabular-nums">
      {count} <Severity level={level} points={worst} />
    </span>
  );

/** A source that lags says so: beside the table in words, in it to who points at the time. */
export const LastUsed = ({
  use: { lastUsedAt, lagMinutes, words, stale },
  whole = false,
}: Pick<InventoryTableRow, "use"> & { readonly whole?: boolean }) => {
  const lag = lastUsedAt === null || lagMinutes === null ? undefined : sayLag(lagMinutes);
  return (
    <span className={stale ? "text-warn" : "text-muted"} title={lag}>
      {lastUsedAt === null ? words : <Time at={lastUsedAt} />}
      {whole && lag !== undefined ? <span className="text-faint"> · {lag}</span> : null}
      {stale ? <span className="block text-xs">stale</span> : null}
    </span>
  );
};

export const Credential = ({ model }: { readonly model: CredentialModel }) =>
  model === "static" ? (
    <Badge tone="warn" icon={<Lock aria-hidden />}>
      static
    </Badge>
  ) : (
    <span className="text-muted">{model}</span>
  );
