import { Fingerprint } from "lucide-react";
import Link from "next/link";
import type { InventoryChoices } from "#db/read/inventory.ts";
import { coverages, coverageWords } from "#lib/domain/coverage.ts";
import { debtGroups, groupWords } from "#lib/domain/debt.ts";
import { findingKinds, levelOf, wordsOf } from "#lib/domain/finding.ts";
import { wordsOfTile } from "#lib/domain/tile.ts";
import type { InventoryView } from "#lib/web/inventory-page.ts";
import { Export } from "../export.tsx";
import { Filter, Filters, SearchFilter } from "../filters.tsx";
import { Card } from "../ui/card.tsx";
import { countWord } from "../ui/count.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { ColumnsMenu } from "./columns-menu.tsx";
import { Groups } from "./groups.tsx";
import { InventoryTable } from "./inventory-table.tsx";
import type { ManyActions } from "./many.ts";
import type { KeepView } from "./save-view.tsx";
import { Tiles } from "./tiles.tsx";
import { ViewsMenu } from "./views-menu.tsx";

interface InventoryProps {
  readonly view: InventoryView;
  readonly query: URLSearchParams;
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  readonly actions: ManyActions & { readonly keepView: KeepView };
}

/** Which identities are there, and which are in trouble? Every tile is a filter, every filter is in the address. */
export function Inventory({ view, query, teams, actions }: InventoryProps) {
  const { page, groups, tiles, choices, filter } = view;
  const rows = `${countWord(page.count)} ${page.count.value === 1 ? "identity" : "identities"}`;
  const { meaning } = wordsOfTile(filter.tile, view.expiringDays);
  return (
    <>
      <PageHead
        title="Inventory"
        actions={
          <>
            <ViewsMenu views={view.views} teams={teams} keepView={actions.keepView} />
            {groups === null ? <ColumnsMenu /> : null}
            <Export from="/api/identities/export" rows={rows} part={page.cut} />
          </>
        }
      >
        {rows} in this view
        {page.cut ? " · first matches; refine the search for the rest" : ""}
        {meaning === undefined ? null : <span className="block max-w-3xl">{meaning}</span>}
      </PageHead>
      <Tiles tiles={tiles} tile={filter.tile} query={query} expiringDays={view.expiringDays} />
      <Card flush label="Identities">
        <InventoryFilters choices={choices} />
        {groups === null || groups.groups.length === 0 ? (
          <Rows view={view} query={query} actions={actions} />
        ) : (
          <Groups {...groups} query={query} />
        )}
      </Card>
    </>
  );
}

function Rows({ view: { page, choices }, query, actions }: Omit<InventoryProps, "teams">) {
  const titles = new Map(choices.blueprints.map(({ id, title }) => [id, title]));
  return (
    <InventoryTable
      next={page.next}
      count={page.count}
      actions={actions}
      rows={page.rows.map((row) => ({
        ...row,
        endsAt: row.endsAt.toISOString(),
        findings: { ...row.findings, level: levelOf(row.findings.worst) },
        use: { ...row.use, lastUsedAt: row.use.lastUsedAt?.toISOString() ?? null },
        blueprint: titles.get(row.blueprint) ?? row.blueprint,
      }))}
      empty={<NothingHere filtered={[...query.keys()].some((key) => key !== "tile" || query.get(key) !== "all")} />}
    />
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
      name="attestation"
      label="Attestation"
      choices={coverages.map((one) => ({ value: one, label: coverageWords[one] }))}
    />
    <Filter
      name="state"
      label="State"
      choices={[
        { value: "live", label: "Live" },
        { value: "provisioning", label: "Provisioning" },
        { value: "suspended", label: "Suspended" },
        { value: "retiring", label: "Retiring" },
        { value: "retired", label: "Retired" },
      ]}
    />
    <Filter
      name="group"
      label="Group"
      choices={[
        { value: "team", label: "by team" },
        { value: "service", label: "by business service" },
      ]}
    />
    <Named name="owner" label="Owner" named={choices.owner} />
    <Named name="service" label="Business service" named={choices.service} />
  </Filters>
);

/** A filter that rows and people lead to; it offers nothing but to be cleared. */
const Named = ({
  name,
  label,
  named,
}: {
  readonly name: string;
  readonly label: string;
  readonly named: InventoryChoices["owner"];
}) => (named === null ? null : <Filter name={name} label={label} choices={[{ value: named.id, label: named.name }]} />);

const NothingHere = ({ filtered }: { readonly filtered: boolean }) =>
  filtered ? (
    <EmptyState
      icon={<Fingerprint aria-hidden />}
      title="Nothing matches"
      action={
        <Link className="link" href="/identities?tile=all">
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
