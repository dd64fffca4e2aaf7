import Link from "next/link";
import type { TileCounts } from "#db/read/inventory-tiles.ts";
import { tiles as order, type Tile, wordsOfTile } from "#lib/domain/tile.ts";
import { countWord } from "../ui/count.ts";
import { cx } from "../ui/cx.ts";

/** What stays when a tile is chosen: how the rows are drawn, not which ones. */
const kept = ["sort", "hide", "view"];

/** Headline groups. Each shows all of its rows, whatever was filtered before: its number is that of the rows it leads to. */
export function Tiles({
  tiles,
  tile: chosen,
  query,
  expiringDays,
}: {
  readonly tiles: TileCounts;
  readonly tile: Tile;
  readonly query: URLSearchParams;
  readonly expiringDays: number | null;
}) {
  return (
    <nav
      aria-label="Groups of identities"
      className="-mx-4 mb-3.5 flex gap-2.5 overflow-x-auto px-4 py-0.5 md:mx-0 md:grid md:grid-cols-4 md:overflow-visible md:px-0 xl:grid-cols-6"
    >
      {order.map((tile) => (
        <Link
          key={tile}
          href={`/identities?${addressOf(tile, query)}`}
          scroll={false}
          prefetch={false}
          aria-current={chosen === tile ? "true" : undefined}
          className={cx(
            "min-w-36 shrink-0 rounded-lg border bg-surface px-3.5 py-2 hover:bg-hover md:min-w-0",
            chosen === tile ? "border-accent shadow-[inset_0_0_0_1px_var(--accent)]" : "border-line",
          )}
        >
          <span
            className={cx(
              "block text-xl leading-tight font-semibold tracking-tight tabular-nums",
              tiles[tile].value === 0 && "text-faint",
            )}
          >
            {countWord(tiles[tile])}
          </span>
          <span className="text-[12.5px] text-muted">{wordsOfTile(tile, expiringDays).title}</span>
        </Link>
      ))}
    </nav>
  );
}

function addressOf(tile: Tile, query: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams([...query].filter(([key]) => kept.includes(key)));
  next.set("tile", tile);
  return next;
}
