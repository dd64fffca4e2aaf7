import { Escalations } from "#components/plan/escalations.tsx";
import { PlanObjects } from "#components/plan/plan-objects.tsx";
import { ReachGrid } from "#components/plan/reach-grid.tsx";
import { Card } from "#components/ui/card.tsx";
import { Code } from "#components/ui/code.tsx";
import { Fingerprint } from "#components/ui/mono.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import type { RequestPage } from "#db/read/request.ts";

/** Exactly what is or will be made, and what it can do; readable or as the JSON that the fingerprint binds. */
export function PlanCard({ page }: { readonly page: RequestPage }) {
  const { state } = page;
  if (!state?.plan) return null;
  const { plan, planDigest, reach } = state;
  const readable = (
    <div className="grid gap-4">
      <PlanObjects objects={plan.objects} />
      {reach ? (
        <>
          <Escalations reach={reach} />
          <ReachGrid reach={reach} />
        </>
      ) : null}
    </div>
  );
  return (
    <Card
      title={titleOf(page)}
      aside={
        planDigest ? (
          <>
            exactly this version <Fingerprint digest={planDigest} copy />
          </>
        ) : null
      }
    >
      <Tabs
        label="View of the plan"
        tabs={[
          { id: "readable", label: "Readable", content: readable },
          { id: "json", label: "JSON", content: <Code label="the plan" text={JSON.stringify(plan, null, 2)} /> },
        ]}
      />
    </Card>
  );
}

function titleOf({ request, state }: RequestPage): string {
  const done = state?.state === "live" || state?.state === "done";
  if (request.kind === "retire") return done ? "What was removed" : "What will be removed";
  if (request.kind === "provision") return done ? "What was created" : "What will be created";
  return "What it is about";
}
