"use client";
import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { OpenQuestion, OpenQuestions, TeamCoverage } from "#db/read/attestations.ts";
import type { Stage } from "#lib/domain/attestation.ts";
import { coverageWords, type Coverage as Standing } from "#lib/domain/coverage.ts";
import { type Column, DataTable } from "../data-table.tsx";
import { Filter, Filters } from "../filters.tsx";
import { EnvironmentBadge } from "../status.tsx";
import { Badge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Deadline } from "../ui/time.tsx";

/** Where the whole stands: by team, and every question that is open. Each number leads to its rows. */
export function Coverage({
  coverage,
  open,
  team,
  stage,
}: {
  readonly coverage: readonly TeamCoverage[];
  readonly open: OpenQuestions;
  /** What the open questions are filtered by. */
  readonly team: string;
  readonly stage: string;
}) {
  return (
    <div className="mt-4 grid gap-4">
      <Card title="By team" aside={<Share coverage={coverage} />} flush>
        <DataTable
          caption="Questions by team"
          rows={coverage.map((row) => ({ ...row, id: row.slug }))}
          columns={teamColumns}
          next={null}
          empty={<EmptyState title="No identity lives yet">Questions are planned at an identity's birth.</EmptyState>}
        />
      </Card>
      <Card title="Open questions" aside={openOf(coverage, { team, stage })} flush>
        <Filters>
          <Filter name="team" label="Team" choices={coverage.map(({ slug, team }) => ({ value: slug, label: team }))} />
          <Filter
            name="stage"
            label="State"
            choices={(["overdue", "asked"] as const).map((value) => ({ value, label: coverageWords[value] }))}
          />
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

const sum = (coverage: readonly TeamCoverage[], of: (row: TeamCoverage) => number) =>
  coverage.reduce((total, row) => total + of(row), 0);

function Share({ coverage }: { readonly coverage: readonly TeamCoverage[] }) {
  const [all, overdue] = [sum(coverage, (row) => row.identities), sum(coverage, (row) => row.overdue)];
  if (all === 0) return null;
  return (
    <span>
      {Math.floor(((all - overdue) / all) * 100)} % not overdue ·{" "}
      <Count to="/attestations?stage=overdue">{overdue}</Count> of <Count to="/identities?debt=counted">{all}</Count>{" "}
      overdue
    </span>
  );
}

/** How many questions are open within the filter: the numbers above, added up. */
function openOf(coverage: readonly TeamCoverage[], { team, stage }: { readonly team: string; readonly stage: string }) {
  const shown = coverage.filter(({ slug }) => team === "" || slug === team);
  const [asked, overdue] = [sum(shown, (row) => row.asked), sum(shown, (row) => row.overdue)];
  return `${stage === "overdue" ? overdue : stage === "asked" ? asked : asked + overdue}`;
}

type TeamRow = TeamCoverage & { readonly id: string };

/** A number that leads to its rows; there are none to lead to where it is 0. */
const Count = ({ to, children: count }: { readonly to: string; readonly children: number }) =>
  count === 0 ? (
    "0"
  ) : (
    <Link className="link" href={to} scroll={!to.startsWith("/attestations")}>
      {count}
    </Link>
  );

const open = (slug: string, stage: Standing) => `/attestations?${new URLSearchParams({ team: slug, stage })}`;
const standing = (slug: string, attestation: Standing) =>
  `/identities?${new URLSearchParams({ attestation, team: slug })}`;

const teamColumns: readonly Column<TeamRow>[] = [
  { id: "team", title: "Team", cell: ({ team }) => team || "no team" },
  {
    ...{ id: "overdue", title: coverageWords.overdue, align: "right" },
    cell: ({ slug, overdue }) => <Count to={open(slug, "overdue")}>{overdue}</Count>,
  },
  {
    ...{ id: "asked", title: coverageWords.asked, align: "right" },
    cell: ({ slug, asked }) => <Count to={open(slug, "asked")}>{asked}</Count>,
  },
  {
    ...{ id: "attested", title: coverageWords.attested, align: "right", from: "md" },
    cell: ({ slug, attested }) => <Count to={standing(slug, "attested")}>{attested}</Count>,
  },
  {
    ...{ id: "never", title: coverageWords.never, align: "right", from: "md" },
    cell: ({ slug, notYetDue }) => <Count to={standing(slug, "never")}>{notYetDue}</Count>,
  },
  {
    ...{ id: "identities", title: "Identities", align: "right", from: "md" },
    cell: ({ slug, identities }) => (
      <Count to={`/identities?${new URLSearchParams({ debt: "counted", team: slug })}`}>{identities}</Count>
    ),
  },
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
