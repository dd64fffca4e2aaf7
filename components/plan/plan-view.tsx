import type { Plan } from "#lib/domain/plan.ts";
import type { Reach } from "#lib/domain/reach.ts";
import { Code } from "../ui/code.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { Escalations } from "./escalations.tsx";
import { PlanObjects } from "./plan-objects.tsx";
import { ReachGrid } from "./reach-grid.tsx";

interface PlanProps {
  readonly plan: Plan;
  readonly reach: Reach | null;
  /** Whether each object says how it is made; of what is there already it need not. */
  readonly notes?: boolean | undefined;
}

/** A plan with what it could do: readable (dangers first, then each object, then the reach), or the JSON that the fingerprint binds. */
export const PlanView = ({ plan, reach, notes = true }: PlanProps) => (
  <Tabs
    label="View of the plan"
    tabs={[
      { id: "readable", label: "Readable", content: <Readable plan={plan} reach={reach} notes={notes} /> },
      { id: "json", label: "JSON", content: <Code label="the plan" text={JSON.stringify(plan, null, 2)} /> },
    ]}
  />
);

const Readable = ({ plan, reach, notes }: PlanProps) => (
  <div className="grid gap-4">
    {reach ? <Escalations reach={reach} /> : null}
    <PlanObjects objects={plan.objects} notes={notes} />
    {reach ? <ReachGrid reach={reach} /> : null}
  </div>
);
