import { Escalations } from "#components/plan/escalations.tsx";
import { Card } from "#components/ui/card.tsx";
import { Facts } from "#components/ui/facts.tsx";
import { Time } from "#components/ui/time.tsx";
import type { RequestPage } from "#db/read/request.ts";
import { Accept, type AcceptVerb } from "./accept.tsx";

/** What one is asked to own, in four lines, above the button that accepts it. */
export function AcceptCard({ page, accept }: { readonly page: RequestPage; readonly accept: AcceptVerb }) {
  const { request, state, current, names } = page;
  const { charter } = current;
  if (!state?.planDigest) return null;
  const asker = names.people[request.requester ?? ""]?.name ?? "Charter";
  return (
    <Card
      title="You are asked to own this"
      className="mb-4 border-[color-mix(in_srgb,var(--accent)_45%,var(--line))]"
      foot={<Accept request={request.id} version={current.version} planDigest={state.planDigest} accept={accept} />}
    >
      <div className="grid gap-3">
        <Facts
          rows={[
            { label: "Purpose", value: <span dir="auto">{charter.purpose}</span> },
            { label: "Reach", value: state.reach?.phrase ?? "as planned below" },
            { label: "Ends", value: <Time at={charter.endsAt} as="date" /> },
            { label: "Asked by", value: <bdi>{asker}</bdi> },
          ]}
        />
        {state.reach ? <Escalations reach={state.reach} /> : null}
        <p className="text-sm text-muted">
          As its owner you answer for it: you are asked when something changes, renew it, hand it over or retire it.
        </p>
      </div>
    </Card>
  );
}
