import { objectWords } from "#components/charter/words.ts";
import { AccessChange } from "#components/plan/access-change.tsx";
import { PlanView } from "#components/plan/plan-view.tsx";
import { Card } from "#components/ui/card.tsx";
import { Fingerprint } from "#components/ui/mono.tsx";
import type { RequestPage } from "#db/read/request.ts";
import type { AccessView } from "#lib/judgement/view-access.ts";

/** Exactly what is or will be made, and what it can do. */
export function PlanCard({ page, access }: { readonly page: RequestPage; readonly access: AccessView | null }) {
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
      <div className="grid gap-4">
        {access ? <AccessChange view={access} /> : null}
        <PlanView plan={plan} reach={access ? null : reach} notes={page.request.kind === "provision"} />
      </div>
    </Card>
  );
}

function titleOf({ request, state }: RequestPage): string {
  const words = objectWords[request.kind];
  return state?.state === "live" || state?.state === "done" ? words.replace("will be", "was") : words;
}
