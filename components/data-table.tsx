"use client";
import {
  columnVisibilityFeature,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import Link from "next/link";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { type MouseEvent, type ReactNode, useEffect, useMemo, useRef } from "react";
import { cx } from "./ui/cx.ts";

/** One column. `sort` names the server's sort key; `from` leaves it out on narrower screens, where the first column must tell enough. */
export interface Column<Row> {
  readonly id: string;
  readonly title: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  readonly sort?: string;
  readonly align?: "right";
  readonly from?: "md" | "lg" | "xl" | "wide";
  /** Never shrinks away; others are cut when the room ends. */
  readonly fixed?: boolean;
}

const features = tableFeatures({ rowSortingFeature, columnVisibilityFeature });
const from = {
  md: "hidden md:table-cell",
  lg: "hidden lg:table-cell",
  xl: "hidden xl:table-cell",
  wide: "hidden min-[1680px]:table-cell",
} as const;
/** The edge's distance, for the last of those that show where the screen is too narrow for the next. */
const edge = { md: "max-md:pr-4", lg: "max-lg:pr-4", xl: "max-xl:pr-4", wide: "max-[1680px]:pr-4" } as const;
const widths = ["md", "lg", "xl", "wide"] as const;

/** Each column with what ends the row behind it on narrower screens. */
function edged<Row>(columns: readonly Column<Row>[]): readonly (readonly [Column<Row>, string | undefined])[] {
  return columns.map((column, at) => {
    const behind = columns.slice(at + 1).map((one) => (one.from === undefined ? -1 : widths.indexOf(one.from)));
    const next = widths[Math.min(...behind)];
    return [column, next === undefined ? undefined : edge[next]];
  });
}

/** Rows that are ticked, on this page and others. */
export interface Ticks<Row> {
  readonly has: (row: Row) => boolean;
  readonly set: (rows: readonly Row[], on: boolean) => void;
  /** What a row is called, for its box. */
  readonly name: (row: Row) => string;
}

interface DataTableProps<Row> {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  /** Where a row leads; the first column carries the link. */
  readonly href?: (row: Row) => string;
  /** Cursor of the next page; null on the last. */
  readonly next: string | null;
  readonly defaultSort?: string;
  /** Ids of columns a person left out. */
  readonly hidden?: readonly string[];
  readonly selected?: string | null;
  /** What a click beside the row's link does; without it the whole row leads where the link does. */
  readonly open?: (row: Row) => void;
  /** A box before each row. */
  readonly ticks?: Ticks<Row> | undefined;
  readonly empty: ReactNode;
}

/**
 * Rows that the server sorted, filtered and cut: `?sort=key` or `-key`, `?after=cursor`. Sorting and paging are links, so
 * that a view is an address.
 */
export function DataTable<Row extends { readonly id: string }>(props: DataTableProps<Row>) {
  const table = useServerTable(props);
  const byId = useMemo(() => {
    const drawn = props.columns.filter(({ id }) => !props.hidden?.includes(id));
    return new Map(edged(drawn).map((one) => [one[0].id, one]));
  }, [props.columns, props.hidden]);
  const shown = table.getHeaderGroups().flatMap((group) => group.headers);
  if (props.rows.length === 0) return <>{props.empty}</>;
  return (
    <>
      <div className="overflow-x-auto md:max-h-[calc(100dvh-8rem)] md:overflow-y-auto print:max-h-none">
        <table className="w-full border-separate border-spacing-0 text-[13.5px]">
          <caption className="sr-only">{props.caption}</caption>
          <thead>
            <tr>
              {props.ticks ? <TickAll rows={props.rows} ticks={props.ticks} /> : null}
              {shown.map((header) => {
                const [column, end] = byId.get(header.column.id) ?? [];
                return column ? (
                  <HeadCell key={header.id} column={column} end={end} sorted={header.column.getIsSorted()} />
                ) : null;
              })}
            </tr>
          </thead>
          <tbody>
            {table.getRowModel().rows.map((row) => (
              <BodyRow key={row.id} {...props} row={row.original}>
                {(href) =>
                  row.getVisibleCells().map((cell, at) => {
                    const [column, end] = byId.get(cell.column.id) ?? [];
                    return column ? (
                      <BodyCell
                        key={cell.id}
                        column={column}
                        end={end}
                        row={row.original}
                        lead={at === 0}
                        href={at === 0 ? href : undefined}
                      />
                    ) : null;
                  })
                }
              </BodyRow>
            ))}
          </tbody>
        </table>
      </div>
      <Pages next={props.next} />
    </>
  );
}

/** The table's model: which columns show, and which of them the server sorted by. It sorts and filters nothing itself. */
function useServerTable<Row extends { readonly id: string }>(props: DataTableProps<Row>) {
  const sort = useSearchParams().get("sort") ?? props.defaultSort ?? "";
  const columns = useMemo(
    () =>
      props.columns.map(({ id, sort: key }) => ({
        id,
        enableSorting: key !== undefined,
        accessorFn: (row: Row) => row.id,
      })),
    [props.columns],
  );
  const data = useMemo(() => [...props.rows], [props.rows]);
  const sorting: SortingState = useMemo(() => {
    const column = props.columns.find((one) => one.sort !== undefined && one.sort === sort.replace(/^-/, ""));
    return column ? [{ id: column.id, desc: sort.startsWith("-") }] : [];
  }, [props.columns, sort]);
  const columnVisibility = useMemo(
    () => Object.fromEntries((props.hidden ?? []).map((id) => [id, false])),
    [props.hidden],
  );
  const state = { sorting, columnVisibility };
  return useTable({ features, columns, data, getRowId: (row) => row.id, manualSorting: true, state });
}

interface BodyRowProps<Row> extends Pick<DataTableProps<Row>, "href" | "selected" | "open" | "ticks"> {
  readonly row: Row;
  readonly children: (href: string | undefined) => ReactNode;
}

/** The whole row can be clicked, for a pointer's sake; the first cell's link is what keyboards and readers use. */
function BodyRow<Row extends { readonly id: string }>(props: BodyRowProps<Row>) {
  const { row, selected, ticks } = props;
  const router = useRouter();
  const line = useRef<HTMLTableRowElement>(null);
  const href = props.href?.(row);
  const click = (event: MouseEvent<HTMLElement>) => {
    const onControl = event.target instanceof Element && event.target.closest("a,button,input,label") !== null;
    if (event.defaultPrevented || onControl) return;
    if (props.open) props.open(row);
    else if (href) router.push(href);
  };
  const chosen = row.id === selected;
  const ticked = ticks?.has(row) ?? false;
  useEffect(() => {
    if (chosen) line.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <tr
      ref={line}
      aria-selected={selected === undefined ? undefined : chosen}
      onClick={click}
      className={cx(
        "scroll-mt-10 hover:bg-hover [&:not(:last-child)>td]:border-b [&>td]:border-line",
        href && "cursor-pointer",
        (chosen || ticked) && "bg-accent-soft [&_.text-faint]:text-muted",
        chosen && "[&>td:first-child]:shadow-[inset_3px_0_var(--accent)]",
      )}
    >
      {ticks ? (
        <td className="w-9 pl-4">
          <Tick label={`Select ${ticks.name(row)}`} on={ticked} set={(on) => ticks.set([row], on)} />
        </td>
      ) : null}
      {props.children(href)}
    </tr>
  );
}

const Tick = (props: { readonly label: string; readonly on: boolean; readonly set: (on: boolean) => void }) => (
  <label className="-m-2 inline-flex p-2 align-middle">
    <span className="sr-only">{props.label}</span>
    <input
      type="checkbox"
      checked={props.on}
      onChange={(event) => props.set(event.target.checked)}
      className="size-4 accent-[var(--accent)]"
    />
  </label>
);

function TickAll<Row>({ rows, ticks }: { readonly rows: readonly Row[]; readonly ticks: Ticks<Row> }) {
  return (
    <th scope="col" className="sticky top-0 z-1 h-9 w-9 border-b border-line bg-surface pl-4 text-left">
      <Tick label="Select this page" on={rows.every(ticks.has)} set={(on) => ticks.set(rows, on)} />
    </th>
  );
}

interface HeadCellProps<Row> {
  readonly column: Column<Row>;
  readonly end: string | undefined;
  readonly sorted: false | "asc" | "desc";
}
function HeadCell<Row>({ column, end, sorted }: HeadCellProps<Row>) {
  const params = useSearchParams();
  const pathname = usePathname();
  const next = new URLSearchParams(params);
  next.set("sort", sorted === "asc" ? `-${column.sort}` : `${column.sort}`);
  next.delete("after");
  return (
    <th
      scope="col"
      aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : undefined}
      className={cx(
        "sticky top-0 z-1 h-9 border-b border-line bg-surface px-2 text-xs font-medium whitespace-nowrap text-muted first:pl-4 last:pr-4",
        end,
        column.align === "right" ? "num" : "text-left",
        column.from && from[column.from],
      )}
    >
      {column.sort === undefined ? (
        column.title
      ) : (
        <Link
          href={`${pathname}?${next}`}
          replace
          scroll={false}
          className="inline-flex items-center gap-1 hover:text-text"
        >
          {column.title}
          {sorted === "asc" ? (
            <ArrowUp aria-hidden className="size-3" />
          ) : sorted === "desc" ? (
            <ArrowDown aria-hidden className="size-3" />
          ) : null}
        </Link>
      )}
    </th>
  );
}

function BodyCell<Row>({
  column,
  end,
  row,
  lead,
  href,
}: {
  readonly column: Column<Row>;
  /** What ends the row behind it on narrower screens. */
  readonly end: string | undefined;
  readonly row: Row;
  /** The column that names the row and takes the room that is left. */
  readonly lead: boolean;
  readonly href: string | undefined;
}) {
  const content = column.cell(row);
  return (
    <td
      className={cx(
        "h-10 px-2 py-1 whitespace-nowrap first:pl-4 last:pr-4",
        lead ? "w-full max-w-0 min-w-32 md:min-w-44" : "max-w-80",
        !column.fixed && "truncate",
        end,
        column.align === "right" && "num",
        column.from && from[column.from],
      )}
    >
      {href === undefined ? (
        content
      ) : (
        <Link href={href} className="font-[540]">
          {content}
        </Link>
      )}
    </td>
  );
}

/** First and next page as links. */
export function Pages({ next }: { readonly next: string | null }) {
  const params = useSearchParams();
  const pathname = usePathname();
  const first = new URLSearchParams(params);
  first.delete("after");
  const after = new URLSearchParams(first);
  if (next !== null) after.set("after", next);
  if (next === null && !params.has("after")) return null;
  return (
    <nav aria-label="Pages" data-chrome className="flex justify-end gap-4 border-t border-line px-4 py-2 text-sm">
      {params.has("after") ? (
        <Link className="link" href={`${pathname}?${first}`}>
          First page
        </Link>
      ) : null}
      {next === null ? null : (
        <Link className="link" href={`${pathname}?${after}`}>
          Next page
        </Link>
      )}
    </nav>
  );
}
