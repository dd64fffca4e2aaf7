import { Download, ScrollText, ShieldCheck } from "lucide-react";
import type { AuditRow, ChainState } from "#db/read/audit.ts";
import { nouns } from "#lib/audit/entry.ts";
import { Filter, Filters, SearchFilter } from "../filters.tsx";
import { buttonClass } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { Code } from "../ui/code.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Facts } from "../ui/facts.tsx";
import { Fingerprint } from "../ui/mono.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Time } from "../ui/time.tsx";
import { AuditEntries } from "./audit-entries.tsx";

const channels = [
  { value: "charter_web", label: "web" },
  { value: "charter_worker", label: "worker" },
  { value: "charter_migrate", label: "host" },
];

/** Who did what, and can it be proved? */
export function AuditLog(props: {
  readonly page: { readonly rows: readonly AuditRow[]; readonly next: string | null };
  readonly chain: ChainState;
  readonly filtered: boolean;
}) {
  const rows = props.page.rows.map((row) => ({
    ...row,
    id: `${row.noun}/${row.aggregate}/${row.seq}`,
    at: row.at.toISOString(),
  }));
  return (
    <>
      <PageHead
        title="Audit"
        actions={
          <a href="/api/audit/export" download className={buttonClass({})}>
            <Download aria-hidden />
            Export
          </a>
        }
      >
        Every change is an entry of its own transaction, chained and sealed.
      </PageHead>
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_320px]">
        <Card flush label="Entries" className="self-start">
          <Filters>
            <SearchFilter label="Action, whole id or person" />
            <Filter
              name="noun"
              label="What"
              choices={nouns.map((value) => ({ value, label: value.replaceAll("-", " ") }))}
            />
            <Filter name="steps" label="Without steps" choices={[{ value: "shown", label: "With steps" }]} />
            <Filter name="channel" label="Written by" choices={channels} />
          </Filters>
          <AuditEntries rows={rows} next={props.page.next} empty={<NoEntries filtered={props.filtered} />} />
        </Card>
        <Chain chain={props.chain} />
      </div>
    </>
  );
}

const NoEntries = ({ filtered }: { readonly filtered: boolean }) => (
  <EmptyState icon={<ScrollText aria-hidden />} title={filtered ? "No entry matches" : "No entries yet"}>
    {filtered ? "Clear the search or choose another kind of entry." : "The first sign-in writes the first entry."}
  </EmptyState>
);

function Chain({ chain }: { readonly chain: ChainState }) {
  const { checkpoint } = chain;
  return (
    <div className="grid content-start gap-4">
      <Card title="Sealed" aside={<ShieldCheck aria-hidden className="size-4 text-good" />}>
        {checkpoint === null ? (
          <p className="text-muted">
            Nothing is sealed yet. The worker signs a checkpoint a few seconds after the first entry.
          </p>
        ) : (
          <Facts
            rows={[
              { label: "Entries", value: checkpoint.size.toLocaleString("en-GB") },
              { label: "Checkpoint", value: <Time at={checkpoint.at.toISOString()} /> },
              { label: "Root", value: <Fingerprint digest={checkpoint.root} copy /> },
              { label: "Key", value: checkpoint.key },
              {
                label: "Not yet sealed",
                value: chain.waiting > 10_000 ? "10,000+" : chain.waiting.toLocaleString("en-GB"),
              },
            ]}
          />
        )}
      </Card>
      <Card title="Check it yourself">
        <p className="mb-2.5 text-muted">
          Export the log, take the public key from the worker&#8217;s host, and verify without the portal. A changed,
          missing or swapped entry is named.
        </p>
        <Code
          wrap
          label="verify command"
          text={"npm run audit:key > charter.pub\nnpm run audit:verify -- audit.jsonl --key charter.pub"}
        />
      </Card>
    </div>
  );
}
