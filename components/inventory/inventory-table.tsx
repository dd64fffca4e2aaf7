"use client";
import { useRouter, useSearchParams } from "next/navigation";
import { type ReactNode, useState } from "react";
import { DataTable } from "../data-table.tsx";
import { useKeys } from "../use-keys.ts";
import { columns, type InventoryTableRow } from "./inventory-columns.tsx";
import { KeysHelp } from "./keys-help.tsx";
import type { ManyActions } from "./many.ts";
import { ManyBar } from "./many-bar.tsx";
import { useSelection } from "./selection.ts";
import { SidePanel } from "./side-panel.tsx";

interface InventoryTableProps {
  readonly rows: readonly InventoryTableRow[];
  readonly next: string | null;
  /** How many rows the view has, counted up to a cap. */
  readonly count: { readonly value: number; readonly more: boolean };
  readonly actions: ManyActions;
  readonly empty: ReactNode;
}

/** Identities as rows, by pointer and by keyboard: a click looks beside the table, Enter opens the page, `x` selects. */
export function InventoryTable({ rows, next, count, actions, empty }: InventoryTableProps) {
  const selection = useSelection();
  const point = usePoint(rows);
  const [helps, setHelps] = useState(false);
  const router = useRouter();
  const hidden = useSearchParams().get("hide")?.split(",") ?? [];
  const { row } = point;
  const openPage = () => row && router.push(`/identities/${row.id}`);
  const leave = () => (point.looks ? point.look(false) : selection.clear());
  const verbs = {
    ...{ Enter: openPage, Escape: leave },
    x: () => row && selection.ticks.set([row], !selection.ticks.has(row)),
    o: () => row && point.look(true),
    "?": () => setHelps(true),
  };
  useKeys(verbs, { j: () => point.move(1), k: () => point.move(-1) });
  return (
    <>
      <DataTable
        caption="Identities"
        columns={columns}
        rows={rows}
        next={next}
        defaultSort="name"
        hidden={hidden}
        href={({ id }) => `/identities/${id}`}
        open={point.at}
        selected={row?.id ?? null}
        ticks={selection.ticks}
        empty={empty}
      />
      {rows.length === 0 && selection.chosen.length === 0 ? null : (
        <ManyBar selection={selection} count={count} actions={actions} help={() => setHelps(true)} />
      )}
      {row && point.looks ? <SidePanel row={row} close={() => point.look(false)} /> : null}
      <KeysHelp open={helps} close={() => setHelps(false)} />
    </>
  );
}

/** The row that keys point at, and whether it is looked at beside the table. */
function usePoint(rows: readonly InventoryTableRow[]) {
  const [id, setId] = useState<string | null>(null);
  const [looks, look] = useState(false);
  const place = rows.findIndex((row) => row.id === id);
  const move = (step: number) => {
    const to = rows[place === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, place + step))];
    if (to) setId(to.id);
  };
  const at = (row: InventoryTableRow) => {
    setId(row.id);
    look(true);
  };
  return { row: rows[place], looks, look, move, at };
}
