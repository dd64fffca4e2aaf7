"use client";
import type { ReactNode } from "react";
import { kindWords } from "#components/charter/words.ts";
import { type Column, DataTable } from "#components/data-table.tsx";
import { EnvironmentBadge, RequestStatus } from "#components/status.tsx";
import { Deadline, Time } from "#components/ui/time.tsx";
import type { RequestLine } from "#lib/web/requests-page.ts";

const columns: readonly Column<RequestLine>[] = [
  { id: "name", title: "Name", cell: (row) => row.name },
  {
    id: "state",
    title: "State",
    cell: (row) => <RequestStatus state={row.state} kind={row.kind} held={row.heldUntil !== null} stuck={row.stuck} />,
    fixed: true,
  },
  {
    id: "environment",
    title: "Environment",
    cell: (row) => <EnvironmentBadge environment={row.environment} />,
    from: "md",
  },
  { id: "kind", title: "What", cell: (row) => kindWords[row.kind], from: "lg" },
  { id: "target", title: "Target", cell: (row) => row.target, from: "lg" },
  { id: "requester", title: "Asked by", cell: (row) => <bdi>{row.requester}</bdi>, from: "md" },
  { id: "next", title: "Next to act", cell: (row) => (row.stuck ? "Operator" : row.next), from: "lg" },
  {
    id: "deadline",
    title: "Deadline",
    cell: (row) =>
      row.heldUntil ? (
        <span className="text-muted">
          until <Time at={row.heldUntil} as="date" />
        </span>
      ) : row.deadline && row.next ? (
        <Deadline at={row.deadline} />
      ) : null,
    from: "xl",
  },
  { id: "since", title: "Since", cell: (row) => <Time at={row.since} />, align: "right", from: "md" },
];

export const RequestsTable = ({
  rows,
  next,
  empty,
}: {
  readonly rows: readonly RequestLine[];
  readonly next: string | null;
  readonly empty: ReactNode;
}) => (
  <DataTable
    caption="Requests"
    rows={rows}
    columns={columns}
    href={(row) => `/requests/${row.id}`}
    next={next}
    empty={empty}
  />
);
