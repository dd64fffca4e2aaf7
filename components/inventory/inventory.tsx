import { Fingerprint } from "lucide-react";
import Link from "next/link";
import type { InventoryChoices, InventoryFilter, InventoryPage, Tile, TileCounts } from "#db/read/inventory.ts";
import { debtGroups, groupWords } from "#lib/domain/debt.ts";
import { findingKinds, levelOf, wordsOf } from "#lib/domain/finding.ts";
import { Export } from "../export.tsx";
import { Filter, Filters, SearchFilter } from "../filters.tsx";
import { Card } from "../ui/card.tsx";
import { countWord } from "../ui/count.ts";
import { cx } from "../ui/cx.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { InventoryTable } from "./inventory-table.tsx";

const tileWords: { readonly [T in Tile]: string } = {
  all: "Identities",
  unowned: "Unowned",
  expiring: "End within 30 days",
  stale: "Stale",
  "never-used": "Never used",
  static: "Static secret",
  unrotated: "Not rotated in time",
  differs: "Changed outside",
};

/** Which identities are there, and which are in trouble? Every tile is a filter, every filter is in the address. */
export function Inventory(props: {
  readonly page: InventoryPage;
  readonly tiles: TileCounts;
  readonly choices: InventoryChoices;
  readonly filter: InventoryFilter;
  readonly query: URLSearchParams;
}) {
  const { count } = props.page;
  const rows = `${countWord(count)} ${count.value === 1 ? "identity" : "identities"}`;
  const titles = new Map(props.choices.blueprints.map(({ id, title }) => [id, title]));
  return (
    <>
      <PageHead title="Inventory" actions={<Export from="/api/identities/export" rows={rows} part={props.page.cut} />}>
        {rows} in this view
        {props.page.cut ? " · first matches; refine the search for the rest" : ""}
      </PageHead>
      <Tiles {...props} />
      <Card flush label="Identities">
        <InventoryFilters choices={props.choices} />
        <InventoryTable
          next={props.page.next}
          rows={props.page.rows.map((row) => ({
            ...row,
            endsAt: row.endsAt.toISOString(),
            findings: { ...row.findings, level: levelOf(row.findings.worst) },
            use: { ...row.use, lastUsedAt: row.use.lastUsedAt?.toISOString() ?? null },
            blueprint: titles.get(row.blueprint) ?? row.blueprint,
          }))}
          empty={<NothingHere filtered={props.query.size > 0} />}
        />
      </Card>
    </>
  );
}

function Tiles({
  tiles,
  filter,
  query,
}: {
  readonly tiles: TileCounts;
  readonly filter: InventoryFilter;
  readonly query: URLSearchParams;
}) {
  const names = Object.keys(tileWords) as Tile[];
  return (
    <nav aria-label="Groups of identities" className="mb-3.5 grid grid-cols-2 gap-2.5 md:grid-cols-4 2xl:grid-cols-8">
      {names.map((tile) => {
        const next = new URLSearchParams(query);
        next.delete("after");
        if (tile === "all") next.delete("tile");
        else next.set("tile", tile);
        const on = filter.tile === tile;
        return (
          <Link
            key={tile}
            href={`/identities?${next}`}
            scroll={false}
            aria-current={on ? "true" : undefined}
            className={cx(
              "rounded-lg border bg-surface px-3.5 py-2.5 hover:bg-hover",
              on ? "border-accent shadow-[inset_0_0_0_1px_var(--accent)]" : "border-line",
            )}
          >
            <span className="block text-xl leading-tight font-semibold tracking-tight tabular-nums">
              {countWord(tiles[tile])}
            </span>
            <span className="text-[12.5px] text-muted">{tileWords[tile]}</span>
          </Link>
        );
      })}
    </nav>
  );
}

const InventoryFilters = ({ choices }: { readonly choices: InventoryChoices }) => (
  <Filters>
    <SearchFilter label="Name, ARN, owner or purpose" />
    <Filter
      name="environment"
      label="Environment"
      choices={["dev", "staging", "prod"].map((value) => ({ value, label: value }))}
    />
    <Filter name="target" label="Target" choices={choices.targets.map((value) => ({ value, label: value }))} />
    <Filter
      name="blueprint"
      label="Blueprint"
      choices={choices.blueprints.map(({ id, title }) => ({ value: id, label: title }))}
    />
    <Filter name="team" label="Team" choices={choices.teams.map(({ slug, name }) => ({ value: slug, label: name }))} />
    <Filter
      name="finding"
      label="Finding"
      choices={findingKinds.map((kind) => ({ value: kind, label: wordsOf(kind).title }))}
    />
    <Filter
      name="debt"
      label="Answers"
      choices={debtGroups.map((group) => ({ value: group, label: groupWords[group] }))}
    />
    <Filter
      name="state"
      label="State"
      choices={[
        { value: "live", label: "Live" },
        { value: "provisioning", label: "Provisioning" },
        { value: "retiring", label: "Retiring" },
        { value: "retired", label: "Retired" },
      ]}
    />
  </Filters>
);

const NothingHere = ({ filtered }: { readonly filtered: boolean }) =>
  filtered ? (
    <EmptyState
      icon={<Fingerprint aria-hidden />}
      title="Nothing matches"
      action={
        <Link className="link" href="/identities">
          Clear the filters
        </Link>
      }
    >
      No identity that you may see fits these filters.
    </EmptyState>
  ) : (
    <EmptyState
      icon={<Fingerprint aria-hidden />}
      title="No identities yet"
      action={
        <Link className="link" href="/requests/new">
          Request an identity
        </Link>
      }
    >
      An identity appears here the moment its request is approved.
    </EmptyState>
  );
