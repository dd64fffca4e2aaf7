"use client";
import { Pencil } from "lucide-react";
import { type ReactNode, useState } from "react";
import { originWords } from "#components/charter/words.ts";
import { IconButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { FieldError } from "#components/ui/field.tsx";
import { InItsPlace } from "#components/ui/in-its-place.tsx";
import { onDemand, useAhead } from "#components/ui/on-demand.ts";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { FilledProps, Line } from "./props.ts";
import { valueIn } from "./values.tsx";

const lines: readonly Line[] = [
  { field: "name", label: "Name" },
  { field: "environment", label: "Environment" },
  { field: "target", label: "Target" },
  { field: "service", label: "Business service" },
  { field: "team", label: "Team" },
  { field: "classification", label: "Data" },
  { field: "dataDomains", label: "Data domains" },
  { field: "owner", label: "Owner" },
  { field: "backup", label: "Backup" },
  { field: "endsIt", label: "Ends it" },
  { field: "credential", label: "Credential" },
  { field: "rotation", label: "Rotates" },
  { field: "endsAt", label: "Ends" },
  { field: "retireWhen", label: "Retires when" },
  { field: "exception", label: "Exception" },
];
const editor = onDemand(async () => (await import("./editors.tsx")).Editor);

/** Told by an answer, not by an edit. */
const fixed: readonly string[] = ["environment"];

/** *Filled in for you*: every other charter field as a line with its origin and a pencil. The list keeps its height while values arrive. */
export function Filled(props: FilledProps) {
  useAhead(editor);
  const [editing, setEditing] = useState<string | null>(null);
  const filled = props.preview?.filled ?? {};
  const shown = lines.filter(({ field }) => field !== "rotation" || filled.rotation);
  return (
    <Card title="Filled in for you" aside={`${shown.length}, each can be changed`}>
      <div className="-my-2">
        {shown.map((line) => (
          <FilledLine
            key={line.field}
            line={line}
            {...props}
            open={editing === line.field}
            onEdit={(open) => setEditing(open ? line.field : null)}
          />
        ))}
      </div>
    </Card>
  );
}

function FilledLine({
  line,
  open,
  onEdit,
  ...props
}: FilledProps & { readonly line: Line; readonly open: boolean; readonly onEdit: (open: boolean) => void }) {
  const error = props.errors[line.field];
  const value = valueIn(line.field, props.preview?.filled ?? {}, props);
  return (
    <div className="border-t border-line first:border-t-0">
      <div className="grid min-h-[34px] grid-cols-[96px_minmax(0,1fr)_28px] items-center gap-x-2.5 py-[3px] text-[13.5px] md:grid-cols-[122px_minmax(0,1fr)_auto_28px]">
        <span className="text-muted">{line.label}</span>
        {open ? (
          <InItsPlace
            of={editor}
            waiting={<Skeleton className="h-[34px]" />}
            missing="The field for it could not be shown. What you typed is kept: try again, or load the page anew."
          >
            {(Editor) => <Editor line={line} {...props} done={() => onEdit(false)} />}
          </InItsPlace>
        ) : (
          <Value error={error !== undefined}>{value}</Value>
        )}
        <span className="col-start-2 row-start-2 text-xs text-faint empty:hidden md:col-start-3 md:row-start-1">
          {open ? "" : originWords(props.preview?.origins[line.field])}
        </span>
        {fixed.includes(line.field) ? (
          <span />
        ) : (
          <IconButton
            label={open ? `Keep ${line.label}` : `Change ${line.label}`}
            aria-expanded={open}
            onClick={() => onEdit(!open)}
            className="col-start-3 row-start-1 size-7 md:col-start-4"
          >
            <Pencil aria-hidden />
          </IconButton>
        )}
      </div>
      {error === undefined ? null : (
        <p className="pb-2 text-sm md:pl-[132px]">
          <FieldError>{error}</FieldError>
        </p>
      )}
    </div>
  );
}

const Value = ({ error, children }: { readonly error: boolean; readonly children: ReactNode }) => (
  <span className={`min-w-0 font-medium break-words ${error ? "text-bad" : ""}`}>
    {children ?? <span className="font-normal text-faint">follows from your answers</span>}
  </span>
);
