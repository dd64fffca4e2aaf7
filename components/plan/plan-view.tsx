import type { Plan } from "#lib/domain/plan.ts";
import type { Reach } from "#lib/domain/reach.ts";
import { Code } from "../ui/code.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { Escalations } from "./escalations.tsx";
import { PlanObjects } from "./plan-objects.tsx";
import { ReachGrid } from "./reach-grid.tsx";

/** A plan with what it could do: readable (dangers first, then each object, then the reach), or the JSON that the fingerprint binds. */
export const PlanView = ({ plan, reach }: { readonly plan: Plan; readonly reach: Reach | null }) => (
  <Tabs
    label="View of the plan"
    tabs={[
      { id: "readable", label: "Readable", content: <Readable plan={plan} reach={reach} /> },
      { id: "json", label: "JSON", content: <Code label="the plan" text={JSON.stringify(plan, null, 2)} /> },
    ]}
  />
);

const Readable = ({ plan, reach }: { readonly plan: Plan; readonly reach: Reach | null }) => (
  <div className="grid gap-4">
    {reach ? <Escalations reach={reach} /> : null}
    <PlanObjects objects={plan.objects} />
    {reach ? <ReachGrid reach={reach} /> : null}
  </div>
);
