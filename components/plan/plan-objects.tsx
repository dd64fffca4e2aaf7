import { Box } from "lucide-react";
import type { PlannedObject } from "#lib/domain/plan.ts";
import { Code } from "../ui/code.tsx";
import { Facts } from "../ui/facts.tsx";
import { sayInstant } from "../ui/moment.ts";
import { Mono, Whole } from "../ui/mono.tsx";

/** What will be created, object by object, in the order it is made; the exact documents fold out. */
export const PlanObjects = ({
  objects,
  notes = true,
}: {
  readonly objects: readonly PlannedObject[];
  /** As in a plan's view. */
  readonly notes?: boolean | undefined;
}) => (
  <div className="grid gap-2.5">
    {objects.map((object) => (
      <section
        key={`${object.kind}/${object.name}`}
        aria-label={`${object.title} ${object.name}`}
        className="overflow-hidden rounded-md border border-line"
      >
        <header className="flex flex-wrap items-center gap-2 border-b border-line bg-sunken px-3 py-2 text-sm font-[540]">
          <span className="flex flex-auto flex-wrap items-center gap-x-2">
            <Box aria-hidden className="size-4 shrink-0 text-muted" />
            <span>{object.title}</span>
            {object.note && notes ? <span className="font-normal text-muted">{object.note}</span> : null}
          </span>
          <Mono className="font-normal text-muted" tail={10}>
            {object.name}
          </Mono>
        </header>
        <div className="px-3 py-2.5">
          <Facts
            rows={object.details.map(({ label, value, mono }, at) => ({
              id: `${at}`,
              label,
              value: mono ? <Whole>{value}</Whole> : sayInstant(value),
            }))}
          />
          <details className="mt-2 text-sm">
            <summary className="text-muted">Exactly</summary>
            <div className="mt-1.5">
              <Code label={`${object.title} in full`} text={JSON.stringify(object.desired, null, 2)} />
            </div>
          </details>
        </div>
      </section>
    ))}
  </div>
);
