import { BellOff, ShieldCheck } from "lucide-react";
import Link from "next/link";
import type { FindingFilter } from "#db/read/findings.ts";
import { environments } from "#lib/domain/charter.ts";
import { asFindingKind, type FindingKind, findingKinds, severityLevels, wordsOf } from "#lib/domain/finding.ts";
import { targetMinutes } from "#lib/domain/reconciliation.ts";
import type { FindingsView } from "#lib/web/finding-view.ts";
import { Pages } from "../data-table.tsx";
import { Export } from "../export.tsx";
import { Filter, Filters, SearchFilter } from "../filters.tsx";
import { Card } from "../ui/card.tsx";
import { countWord } from "../ui/count.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { FindingGroups } from "./finding-groups.tsx";
import { FindingList } from "./finding-list.tsx";
import type { MuteActions } from "./mute.tsx";
import { levelWord } from "./severity.tsx";

/** What is wrong? By kind with count, age and trend; every filter is in the address. */
export function Findings({
  view,
  filter,
  query,
  actions,
}: {
  readonly view: FindingsView;
  readonly filter: FindingFilter;
  readonly query: URLSearchParams;
  readonly actions: MuteActions;
}) {
  const kind = asFindingKind(filter.kind);
  return (
    <>
      <PageHead title="Findings" actions={<Export from="/api/findings/export" rows={rowsOf(view, kind)} />}>
        What is wrong with identities and at targets. Records are looked at every minute, targets every {targetMinutes}{" "}
        minutes.
      </PageHead>
      <FindingGroups groups={view.groups} kind={filter.kind} query={query} />
      <Card
        title={kind === null ? "All kinds" : wordsOf(kind).title}
        aside={`${rowsOf(view, kind)}, worst first`}
        flush
      >
        <FindingFilters choices={view.choices} />
        {view.findings.length === 0 ? (
          <NothingHere filtered={query.size > 0} muted={view.muted} />
        ) : (
          <FindingList findings={view.findings} muteDays={view.muteDays} actions={actions} />
        )}
        <Pages next={view.next} />
      </Card>
    </>
  );
}

/** How many rows the list below has, as its groups counted them. */
function rowsOf({ groups }: FindingsView, kind: FindingKind | null): string {
  const shown = groups.filter((group) => kind === null || group.kind === kind).map(({ count }) => count);
  const value = shown.reduce((sum, count) => sum + count.value, 0);
  return `${countWord({ value, more: shown.some(({ more }) => more) })} ${value === 1 ? "finding" : "findings"}`;
}

const asChoices = (names: readonly string[]) => names.map((value) => ({ value, label: value }));

const FindingFilters = ({ choices }: { readonly choices: FindingsView["choices"] }) => (
  <Filters>
    <SearchFilter label="Name" />
    <Filter name="kind" label="Kind" choices={findingKinds.map((value) => ({ value, label: wordsOf(value).title }))} />
    <Filter
      name="severity"
      label="Severity"
      choices={severityLevels.map((value) => ({ value, label: levelWord(value) }))}
    />
    <Filter name="team" label="Team" choices={choices.teams.map(({ slug, name }) => ({ value: slug, label: name }))} />
    <Filter name="environment" label="Environment" choices={asChoices(environments)} />
    <Filter name="target" label="Target" choices={asChoices(choices.targets)} />
    {choices.owner ? (
      <Filter name="owner" label="Owner" choices={[{ value: choices.owner.id, label: choices.owner.name }]} />
    ) : null}
    <Filter name="muted" label="Muted" choices={[{ value: "muted", label: "only" }]} />
  </Filters>
);

const mutedWords = (muted: number): string => `${muted} ${muted === 1 ? "is" : "are"} open and muted`;

const NothingHere = ({ filtered, muted }: { readonly filtered: boolean; readonly muted: number }) =>
  filtered ? (
    <EmptyState
      icon={<ShieldCheck aria-hidden />}
      title="Nothing matches"
      action={
        <Link className="link" href="/findings">
          Clear the filters
        </Link>
      }
    >
      No open finding that you may see fits these filters.
    </EmptyState>
  ) : muted > 0 ? (
    <EmptyState
      icon={<BellOff aria-hidden />}
      title="Nothing that is not muted"
      action={
        <Link className="link" href="/findings?muted=muted">
          {mutedWords(muted)}
        </Link>
      }
    >
      Every open finding that you may see is muted.
    </EmptyState>
  ) : (
    <EmptyState
      icon={<ShieldCheck aria-hidden />}
      title="Nothing is wrong"
      action={
        <Link className="link" href="/identities">
          Look at the inventory
        </Link>
      }
    >
      No identity that you may see has an open finding.
    </EmptyState>
  );
