import { Escalations } from "#components/plan/escalations.tsx";
import { Card } from "#components/ui/card.tsx";
import { Facts } from "#components/ui/facts.tsx";
import { Time } from "#components/ui/time.tsx";
import type { RequestPage } from "#db/read/request.ts";
import { Accept, type AcceptVerb } from "./accept.tsx";

const words = {
  own: {
    title: "You are asked to own this",
    accept: "Accept ownership",
    reach: "Reach",
    means: "As its owner you answer for it: you are asked when something changes, renew it, hand it over or retire it.",
  },
  more: {
    title: "You own this, and more access is asked for it",
    accept: "Accept more access",
    reach: "Reach then",
    means:
      "As its owner you answer for what it may do. What is added stands below; nothing is added before you accept.",
  },
};

/** What one is asked to own, or to answer for more of, in a few lines above the button that accepts it. */
export function AcceptCard({ page, accept }: { readonly page: RequestPage; readonly accept: AcceptVerb }) {
  const { request, state, current, names } = page;
  const { charter } = current;
  if (!state?.planDigest) return null;
  const { title, accept: word, reach, means } = words[request.kind === "change-access" ? "more" : "own"];
  const seen = { request: request.id, version: current.version, planDigest: state.planDigest };
  const asker = names.people[request.requester ?? ""]?.name ?? "Charter";
  return (
    <Card
      title={title}
      className="mb-4 border-[color-mix(in_srgb,var(--accent)_45%,var(--line))]"
      foot={<Accept accept={accept} seen={seen} word={word} />}
    >
      <div className="grid gap-3">
        <Facts
          rows={[
            { label: "Purpose", value: <span dir="auto">{charter.purpose}</span> },
            { label: reach, value: state.reach?.phrase ?? "as planned below" },
            { label: "Ends", value: <Time at={charter.endsAt} as="date" /> },
            { label: "Asked by", value: <bdi>{asker}</bdi> },
          ]}
        />
        {state.reach ? <Escalations reach={state.reach} /> : null}
        <p className="text-sm text-muted">{means}</p>
      </div>
    </Card>
  );
}
