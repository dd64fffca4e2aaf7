import Link from "next/link";
import type { InventoryGroups } from "#db/read/inventory-tiles.ts";
import { identitiesWord } from "./many-words.ts";

/** The view's rows by team or service, most first; each leads to its rows. */
export function Groups({ by, groups, more, query }: InventoryGroups & { readonly query: URLSearchParams }) {
  const most = Math.max(1, ...groups.map(({ count }) => count));
  return (
    <>
      <ul aria-label={by === "team" ? "Identities by team" : "Identities by business service"}>
        {groups.map(({ key, name, count }) => {
          const next = new URLSearchParams(query);
          next.delete("group");
          next.delete("after");
          next.set(by, key);
          return (
            <li key={key} className="border-b border-line last:border-b-0">
              <Link
                href={`/identities?${next}`}
                className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-3 px-4 py-2 hover:bg-hover md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_8rem]"
              >
                <bdi className="truncate font-[540]">{name}</bdi>
                <span aria-hidden className="hidden h-2 md:block">
                  <span
                    className="block h-2 min-w-0.5 rounded-sm bg-accent"
                    style={{ width: `${(100 * count) / most}%` }}
                  />
                </span>
                <span className="text-right text-sm tabular-nums">{identitiesWord(count)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
      {more ? (
        <p className="border-t border-line px-4 py-2.5 text-sm text-muted">
          The {groups.length} with most are shown. Filter for the rest.
        </p>
      ) : null}
    </>
  );
}
