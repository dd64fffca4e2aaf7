"use client";
import { type ReactNode, useState } from "react";
import { type Column, DataTable } from "../data-table.tsx";
import { Button } from "../ui/button.tsx";
import { Code } from "../ui/code.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Facts } from "../ui/facts.tsx";
import { Fingerprint } from "../ui/mono.tsx";
import { Time } from "../ui/time.tsx";

export interface AuditEntryRow {
  readonly id: string;
  readonly at: string;
  readonly noun: string;
  readonly aggregate: string;
  readonly seq: number;
  readonly version: number;
  readonly channel: string;
  readonly actor: string;
  readonly actorName: string | null;
  /** What the subject is called; null when it has no name. */
  readonly subjectName: string | null;
  readonly evidence: string;
  readonly action: string;
  readonly detail: object;
  readonly hash: string;
  readonly prev: string;
  readonly leaf: number | null;
}

/** Entries, newest first; one opens with its content and its place in the chain. */
export function AuditEntries(props: {
  readonly rows: readonly AuditEntryRow[];
  readonly next: string | null;
  readonly empty: ReactNode;
}) {
  const [open, setOpen] = useState<AuditEntryRow | null>(null);
  const columns: readonly Column<AuditEntryRow>[] = [
    {
      id: "action",
      title: "Entry",
      cell: (row) => (
        <button
          type="button"
          className="block w-full truncate text-left font-[540] hover:underline"
          onClick={() => setOpen(row)}
        >
          {row.action}
        </button>
      ),
    },
    {
      id: "aggregate",
      title: "Of",
      from: "lg",
      cell: (row) =>
        row.subjectName === null ? (
          <code title={row.aggregate}>{short(row.aggregate)}</code>
        ) : (
          <span title={row.aggregate}>{row.subjectName}</span>
        ),
    },
    { id: "actor", title: "Who", cell: (row) => row.actorName ?? <span className="text-muted">{row.actor}</span> },
    {
      id: "evidence",
      title: "Evidence",
      from: "md",
      cell: (row) => <span className="text-muted">{evidence(row)}</span>,
    },
    { id: "at", title: "When", align: "right", fixed: true, cell: (row) => <Time at={row.at} /> },
  ];
  return (
    <>
      <DataTable caption="Audit entries" columns={columns} rows={props.rows} next={props.next} empty={props.empty} />
      <Dialog
        wide
        open={open !== null}
        onOpenChange={(wanted) => (wanted ? undefined : setOpen(null))}
        title={open?.action ?? ""}
        foot={<Button onClick={() => setOpen(null)}>Close</Button>}
      >
        {open === null ? null : <Entry row={open} />}
      </Dialog>
    </>
  );
}

const short = (text: string): string => (text.length > 14 ? `${text.slice(0, 8)}…${text.slice(-4)}` : text);
const evidence = (row: AuditEntryRow): string =>
  `${row.evidence.replaceAll("_", " ")} · ${row.channel.replace("charter_", "")}`;

const Entry = ({ row }: { readonly row: AuditEntryRow }) => (
  <div className="grid gap-3">
    <Facts
      rows={[
        { label: "When", value: <Time at={row.at} as="exact" /> },
        { label: "Who", value: row.actorName === null ? row.actor : `${row.actorName} (${row.actor})` },
        { label: "Evidence", value: evidence(row) },
        ...(row.subjectName === null ? [] : [{ label: "Belongs to", value: row.subjectName }]),
        { label: "Of", value: <code className="break-all">{`${row.noun} ${row.aggregate}`}</code> },
        { label: "Entry", value: `${row.seq} of its chain · row version ${row.version}` },
        { label: "Hash", value: <Fingerprint digest={row.hash} copy /> },
        {
          label: "Follows",
          value: row.prev === "" ? "nothing: it is the first of its chain" : <Fingerprint digest={row.prev} copy />,
        },
        { label: "Sealed", value: row.leaf === null ? "not yet" : `leaf ${row.leaf.toLocaleString("en-GB")}` },
      ]}
    />
    <Code label="entry detail" text={JSON.stringify(row.detail, null, 2)} />
  </div>
);
