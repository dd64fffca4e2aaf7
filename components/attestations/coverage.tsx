"use client";
import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { OpenQuestion, OpenQuestions, TeamCoverage } from "#db/read/attestations.ts";
import type { Stage } from "#lib/domain/attestation.ts";
import { type Column, DataTable } from "../data-table.tsx";
import { Filter, Filters } from "../filters.tsx";
import { EnvironmentBadge } from "../status.tsx";
import { Badge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Deadline } from "../ui/time.tsx";

/** Where the whole stands: by team, and every question that is open. */
export function Coverage({
  coverage,
  open,
}: {
  readonly coverage: readonly TeamCoverage[];
  readonly open: OpenQuestions;
}) {
  return (
    <div className="mt-4 grid gap-4">
      <Card title="By team" aside={sentenceOf(coverage)} flush>
        <DataTable
          caption="Questions by team"
          rows={coverage.map((row) => ({ ...row, id: row.slug }))}
          columns={teamColumns}
          next={null}
          empty={<EmptyState title="No identity lives yet">Questions are planned at an identity's birth.</EmptyState>}
        />
      </Card>
      <Card title="Open questions" flush>
        <Filters>
          <Filter name="team" label="Team" choices={coverage.map(({ slug, team }) => ({ value: slug, label: team }))} />
          <Filter name="stage" label="State" choices={[{ value: "overdue", label: "Overdue" }]} />
        </Filters>
        <DataTable
          caption="Open questions"
          rows={open.rows}
          columns={questionColumns}
          href={({ id }) => `/identities/${id}`}
          next={open.next}
          empty={<EmptyState title="No question is open">Owners are asked before their answer is due.</EmptyState>}
        />
      </Card>
    </div>
  );
}

function sentenceOf(coverage: readonly TeamCoverage[]): string {
  const sum = (of: (row: TeamCoverage) => number) => coverage.reduce((total, row) => total + of(row), 0);
  const [all, overdue] = [sum((row) => row.identities), sum((row) => row.overdue)];
  if (all === 0) return "";
  const share = Math.floor(((all - overdue) / all) * 100);
  return `${share} % not overdue · ${overdue} of ${all} overdue`;
}

type TeamRow = TeamCoverage & { readonly id: string };
const overdueOf = ({ slug, overdue }: TeamRow) =>
  overdue === 0 ? (
    "0"
  ) : (
    <Link className="link" href={`/attestations?team=${slug}&stage=overdue`} scroll={false}>
      {overdue}
    </Link>
  );
const askedOf = ({ slug, asked, overdue }: TeamRow) =>
  asked + overdue === 0 ? (
    "0"
  ) : (
    <Link className="link" href={`/attestations?team=${slug}`} scroll={false}>
      {asked}
    </Link>
  );
const identitiesOf = ({ slug, identities }: TeamRow) =>
  slug === "" ? (
    identities
  ) : (
    <Link className="link" href={`/identities?debt=counted&team=${slug}`}>
      {identities}
    </Link>
  );
const teamColumns: readonly Column<TeamRow>[] = [
  { id: "team", title: "Team", cell: ({ team }) => team || "no team" },
  { id: "overdue", title: "Overdue", align: "right", cell: overdueOf },
  { id: "asked", title: "Asked now", align: "right", cell: askedOf },
  { id: "attested", title: "Attested", align: "right", cell: ({ attested }) => attested, from: "md" },
  { id: "never", title: "Not asked yet", align: "right", cell: ({ notYetDue }) => notYetDue, from: "md" },
  { id: "identities", title: "Identities", align: "right", cell: identitiesOf, from: "md" },
];

const stageWords: { readonly [S in Stage]: string } = {
  waiting: "Not asked",
  asked: "Asked",
  reminded: "Reminded",
  "backup-asked": "Backup asked",
  overdue: "Overdue",
};
const questionColumns: readonly Column<OpenQuestion>[] = [
  { id: "name", title: "Identity", cell: ({ name }) => name },
  {
    id: "environment",
    title: "Environment",
    cell: ({ environment }) => <EnvironmentBadge environment={environment} />,
    from: "md",
  },
  {
    id: "stage",
    title: "State",
    cell: ({ stage }) =>
      stage === "overdue" ? (
        <Badge tone="bad" icon={<TriangleAlert aria-hidden />}>
          Overdue
        </Badge>
      ) : (
        <Badge>{stageWords[stage]}</Badge>
      ),
    fixed: true,
  },
  {
    id: "owner",
    title: "Owner",
    cell: ({ owner, ownerActive }) => (ownerActive ? owner : `${owner}, has left`),
    from: "md",
  },
  { id: "backup", title: "Backup", cell: ({ backup }) => backup, from: "lg" },
  { id: "team", title: "Team", cell: ({ team }) => team, from: "lg" },
  { id: "due", title: "Due", cell: ({ dueAt }) => <Deadline at={dueAt} />, fixed: true },
];
