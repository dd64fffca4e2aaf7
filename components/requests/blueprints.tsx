"use client";
import { Bot, Cable, CalendarClock, Database, GitBranch, Handshake, Server, Unlink } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useRef, useState } from "react";
import { credentialWords } from "#components/charter/words.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Notice } from "#components/ui/banner.tsx";
import { Button } from "#components/ui/button.tsx";
import { useEarlyTyping } from "#components/ui/early.ts";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { InItsPlace } from "#components/ui/in-its-place.tsx";
import { Input } from "#components/ui/input.tsx";
import { onDemand } from "#components/ui/on-demand.ts";
import { PageHead } from "#components/ui/page-head.tsx";
import type { Choice } from "#components/ui/select.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { Candidate } from "./propose.ts";

const notSure = onDemand(async () => (await import("./not-sure.tsx")).default);

export interface BlueprintCard extends Candidate {
  readonly summary: string;
}

const groups: readonly { readonly id: string; readonly title: string; readonly icon: ReactNode }[] = [
  { id: "pipeline", title: "A pipeline", icon: <GitBranch aria-hidden /> },
  { id: "service", title: "A service", icon: <Server aria-hidden /> },
  { id: "job", title: "A job", icon: <CalendarClock aria-hidden /> },
  { id: "database-client", title: "A database client", icon: <Database aria-hidden /> },
  { id: "third-party", title: "A third party", icon: <Handshake aria-hidden /> },
  { id: "ai-agent", title: "An AI agent", icon: <Bot aria-hidden /> },
];

/** Step 1: what is it for? Cards grouped by what the workload is. */
export function Blueprints({
  blueprints,
  places,
  said,
}: {
  readonly blueprints: readonly BlueprintCard[];
  /** Target types that a blueprint is for. */
  readonly places: readonly Choice[];
  /** Why the cards are shown although a form was asked for. */
  readonly said: string | null;
}) {
  const [unsure, setUnsure] = useState(false);
  const [typed, setTyped] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEarlyTyping(field, setTyped);
  const wanted = typed.trim().toLowerCase();
  const found = blueprints.filter((blueprint) =>
    `${blueprint.title} ${blueprint.summary} ${blueprint.group}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <PageHead title="Request an identity">
        Choose what will use it. Three or four answers follow; the rest is filled in.
      </PageHead>
      {said === null ? null : (
        <div className="mb-4">
          <Notice tone="warn" icon={<Unlink aria-hidden />}>
            {said}
          </Notice>
        </div>
      )}
      <div className="mb-5 flex flex-wrap items-center gap-2.5">
        <Input
          ref={field}
          type="search"
          aria-label="Search blueprints"
          placeholder="Search: pipeline, database, key…"
          className="max-w-md flex-1 basis-56"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button aria-expanded={unsure} onClick={() => setUnsure(!unsure)}>
          Not sure?
        </Button>
      </div>
      {unsure ? (
        <InItsPlace
          of={notSure}
          waiting={<Skeleton className="mb-6 h-44" />}
          missing="The three questions could not be shown. Try again, or load the page anew."
          className="mb-6"
        >
          {(NotSure) => (
            <NotSure
              blueprints={blueprints}
              groups={groups.map(({ id, title }) => ({ value: id, label: title }))}
              places={places}
            />
          )}
        </InItsPlace>
      ) : null}
      {found.length === 0 ? (
        <EmptyState
          icon={<Cable aria-hidden />}
          title={blueprints.length === 0 ? "No blueprints yet" : "Nothing matches"}
        >
          {blueprints.length === 0
            ? "The worker publishes them when it starts."
            : "Search for what it runs on or what it must reach, or answer three questions under Not sure?"}
        </EmptyState>
      ) : (
        <div className="grid items-start gap-x-4 gap-y-6 md:grid-cols-2 xl:grid-cols-3">
          {groups.map((group) => (
            <Group key={group.id} {...group} blueprints={found.filter((blueprint) => blueprint.group === group.id)} />
          ))}
        </div>
      )}
    </>
  );
}

function Group({
  title,
  icon,
  blueprints,
}: {
  readonly title: string;
  readonly icon: ReactNode;
  readonly blueprints: readonly BlueprintCard[];
}) {
  if (blueprints.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className="mb-2 flex items-center gap-2 text-muted [&_svg]:size-4">
        {icon}
        {title}
      </h2>
      <ul className="grid gap-3">
        {blueprints.map((blueprint) => (
          <li key={blueprint.id}>
            <Link
              href={`/requests/new?blueprint=${blueprint.id}`}
              className="grid h-full content-start gap-1.5 rounded-lg border border-line bg-surface p-4 transition-colors duration-100 hover:border-line-strong hover:bg-hover"
            >
              <span className="font-[560]">{blueprint.title}</span>
              <span className="text-[13px] text-muted">{blueprint.summary}</span>
              <span className="mt-1">
                <Badge>{credentialWords[blueprint.credential]}</Badge>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
