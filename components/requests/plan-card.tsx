import { objectWords } from "#components/charter/words.ts";
import { PlanView } from "#components/plan/plan-view.tsx";
import { Card } from "#components/ui/card.tsx";
import { Fingerprint } from "#components/ui/mono.tsx";
import type { RequestPage } from "#db/read/request.ts";

/** Exactly what is or will be made, and what it can do. */
export function PlanCard({ page }: { readonly page: RequestPage }) {
  const { state } = page;
  if (!state?.plan) return null;
  const { plan, planDigest, reach } = state;
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
      <PlanView plan={plan} reach={reach} notes={page.request.kind === "provision"} />
    </Card>
  );
}

function titleOf({ request, state }: RequestPage): string {
  const words = objectWords[request.kind];
  return state?.state === "live" || state?.state === "done" ? words.replace("will be", "was") : words;
}
