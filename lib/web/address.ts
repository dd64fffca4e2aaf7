import type { FindingFilter } from "#db/read/findings.ts";
import type { InventoryFilter } from "#db/read/inventory-filter.ts";
import { type Grouping, groupings } from "#db/read/inventory-tiles.ts";
import { tiles } from "#lib/domain/tile.ts";

export type SearchParams = Promise<{ readonly [name: string]: string | readonly string[] | undefined }>;

/** The address's parameters, first value of each, at most 200 characters: a view's whole state. */
export function searchOf(raw: Awaited<SearchParams>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(raw)) {
    const first = typeof value === "string" ? value : value?.[0];
    if (first) query.set(name, first.slice(0, 200));
  }
  return query;
}

/** The same of a request for a file. */
export function queryOf({ url }: Request): URLSearchParams {
  const { searchParams } = new URL(url);
  return searchOf(Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)])));
}

/** The inventory's filter as its address says; what is unknown counts as absent, and the database takes no NUL in a text. */
export function inventoryFilter(query: URLSearchParams): InventoryFilter {
  const of = (name: string) => query.get(name)?.replaceAll("\0", "") ?? "";
  return {
    tile: tiles.find((tile) => tile === of("tile")) ?? "all",
    q: of("q"),
    environment: of("environment"),
    target: of("target"),
    blueprint: of("blueprint"),
    team: of("team"),
    state: of("state"),
    finding: of("finding"),
    owner: of("owner"),
    service: of("service"),
    debt: of("debt"),
    attestation: of("attestation"),
    sort: of("sort") || "name",
  };
}

/** What the inventory is grouped by as its address says; null where it is a table. */
export const groupingOf = (query: URLSearchParams): Grouping | null =>
  groupings.find((one) => one === query.get("group")) ?? null;

/** The findings page's filter as its address says. */
export function findingFilter(query: URLSearchParams): FindingFilter {
  const of = (name: string) => query.get(name) ?? "";
  return {
    kind: of("kind"),
    severity: of("severity"),
    environment: of("environment"),
    target: of("target"),
    team: of("team"),
    owner: of("owner"),
    q: of("q"),
    muted: of("muted"),
  };
}

/** What the address asks one to sign for a command of the worker's host (`bundle:…`, `link:…`); null for anything else. */
export function hostActOf(text: string | null): { readonly kind: "bundle" | "link"; readonly content: string } | null {
  const [, kind, content = ""] = /^(bundle|link):([0-9a-f]{64})$/.exec(text ?? "") ?? [];
  return kind === "bundle" || kind === "link" ? { kind, content } : null;
}
