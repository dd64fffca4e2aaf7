import { FilePlus2, Plus } from "lucide-react";
import Link from "next/link";
import { kindWords } from "#components/charter/words.ts";
import { Filter, Filters, SearchFilter } from "#components/filters.tsx";
import { RequestStatus, requestStateWord } from "#components/status.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHead } from "#components/ui/page-head.tsx";
import { Time } from "#components/ui/time.tsx";
import type { DraftLine } from "#db/read/requests.ts";
import { environments } from "#lib/domain/charter.ts";
import { requestStates } from "#lib/domain/request.ts";
import type { RequestLine } from "#lib/web/requests-page.ts";
import { Discard, type DiscardVerb } from "./discard.tsx";
import { RequestsTable } from "./requests-table.tsx";

const states = [
  { value: "open", label: "open" },
  { value: "closed", label: "settled" },
  ...requestStates.map((state) => ({ value: state, label: requestStateWord(state) })),
];

const kinds = Object.entries(kindWords).map(([value, label]) => ({ value, label }));
const asChoices = (names: readonly string[]) => names.map((value) => ({ value, label: value }));

/** Where are mine and my team's? Drafts on top. */
export function Requests({
  drafts,
  rows,
  next,
  filtered,
  targets,
  all,
  discard,
}: {
  readonly drafts: readonly DraftLine[];
  readonly rows: readonly RequestLine[];
  readonly next: string | null;
  readonly filtered: boolean;
  readonly targets: readonly string[];
  /** Whether the reader sees everybody's. */
  readonly all: boolean;
  readonly discard: DiscardVerb;
}) {
  return (
    <>
      <PageHead
        title="Requests"
        actions={
          <LinkButton href="/requests/new" look="primary">
            <Plus aria-hidden />
            Request an identity
          </LinkButton>
        }
      >
        {all ? "Everybody's." : "Yours, your teams', and those you own, back up or end."}
      </PageHead>
      <div className="grid gap-4">
        {drafts.length > 0 ? <Drafts drafts={drafts} discard={discard} /> : null}
        <Card flush label="Requests">
          <Filters>
            <SearchFilter label="Search by name" />
            <Filter name="state" label="State" choices={states} />
            <Filter name="kind" label="What" choices={kinds} />
            <Filter name="environment" label="Environment" choices={asChoices(environments)} />
            <Filter name="target" label="Target" choices={asChoices(targets)} />
            <Filter name="who" label="Asked by" choices={[{ value: "me", label: "me" }]} />
          </Filters>
          <RequestsTable rows={rows} next={next} empty={<NoRequests filtered={filtered} />} />
        </Card>
      </div>
    </>
  );
}

const NoRequests = ({ filtered }: { readonly filtered: boolean }) =>
  filtered ? (
    <EmptyState
      title="Nothing matches these filters"
      action={<LinkButton href="/requests">Clear the filters</LinkButton>}
    />
  ) : (
    <EmptyState
      icon={<FilePlus2 aria-hidden />}
      title="No requests yet"
      action={<LinkButton href="/requests/new">Request an identity</LinkButton>}
    >
      A request takes three or four answers; the rest is filled in.
    </EmptyState>
  );

const Drafts = ({ drafts, discard }: { readonly drafts: readonly DraftLine[]; readonly discard: DiscardVerb }) => (
  <Card title="Drafts" aside={`${drafts.length}`} flush>
    <ul>
      {drafts.map((draft) => (
        <li key={draft.id} className="flex items-center border-b border-line pr-2 last:border-b-0 hover:bg-hover">
          <Link
            href={`/requests/new?draft=${draft.id}`}
            className="flex min-h-10 min-w-0 flex-1 items-center gap-3 py-1.5 pr-2 pl-4"
          >
            <RequestStatus state="draft" />
            <span className="min-w-0 truncate font-[540]">{draft.name || "not named yet"}</span>
            <span className="hidden truncate text-muted sm:inline">{draft.title}</span>
            <span className="ml-auto text-[13px] whitespace-nowrap text-muted">
              <Time at={draft.updatedAt} />
            </span>
          </Link>
          <Discard id={draft.id} name={draft.name || draft.title} discard={discard} />
        </li>
      ))}
    </ul>
  </Card>
);
