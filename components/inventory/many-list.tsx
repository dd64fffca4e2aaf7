import { CircleCheck, CircleX, Hourglass } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import type { Consequence } from "#lib/claims/many/foresee.ts";
import type { ManyVerb } from "#lib/domain/many.ts";
import { Badge } from "../ui/badge.tsx";
import type { Fate, Fates, Selected } from "./many.ts";

/** Each of them with what would become of it, or became of it; what cannot be done first. */
export function ManyList(props: {
  readonly verb: ManyVerb;
  readonly chosen: readonly Selected[];
  readonly fates: Fates;
}) {
  const place = ({ id }: Selected) => (props.fates.get(id)?.is === "refused" ? 0 : 1);
  return (
    <ul
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard.
      tabIndex={0}
      aria-label="Each identity"
      className="max-h-[38vh] overflow-y-auto rounded-md border border-line"
    >
      {props.chosen
        .toSorted((a, b) => place(a) - place(b))
        .map(({ id, name, environment }) => (
          <li key={id} className="flex gap-3 border-b border-line px-3 py-2 text-[13.5px] last:border-b-0">
            <span className="w-2/5 min-w-0">
              <span className="block truncate font-[540]" title={name}>
                {name}
              </span>
              <span className="text-xs text-muted">{environment}</span>
            </span>
            <span className="min-w-0 flex-1">
              <FateLine verb={props.verb} fate={props.fates.get(id)} />
            </span>
          </li>
        ))}
    </ul>
  );
}

const FateLine = ({ verb, fate }: { readonly verb: ManyVerb; readonly fate: Fate | undefined }) => {
  if (fate === undefined) return <span className="text-faint">…</span>;
  if (fate.is === "refused")
    return (
      <Line icon={<CircleX aria-hidden className="text-bad" />}>
        <span className="sr-only">Not possible: </span>
        {fate.refusals.map(({ sentence, mend }) => [sentence, mend].filter(Boolean).join(" ")).join(" ")}
      </Line>
    );
  if (fate.is === "asked")
    return (
      <Line icon={<CircleCheck aria-hidden className="text-good" />}>
        {fate.request === null ? (
          "Its owner is asked."
        ) : (
          <Link className="link" href={`/requests/${fate.request}`}>
            Requested
          </Link>
        )}
      </Line>
    );
  return (
    <Line icon={<Hourglass aria-hidden className="text-muted" />}>{sentencesOf(verb, fate.consequence).join(" ")}</Line>
  );
};

const Line = ({ icon, children }: { readonly icon: ReactNode; readonly children: ReactNode }) => (
  <span className="flex gap-2 [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0">
    {icon}
    <span className="min-w-0">{children}</span>
  </span>
);

function sentencesOf(verb: ManyVerb, { approvals, accepts }: Consequence): readonly string[] {
  if (verb === "ask") return ["Its owner is asked."];
  const asked = [...approvals, ...(accepts ? ["The new owner will be asked to accept."] : [])];
  return asked.length > 0 ? asked : [verb === "retire" ? "Disabled at once." : "Passes without approval."];
}

/** How many of each kind there are, in one line. */
export function ManyCounts({ chosen, fates }: { readonly chosen: readonly Selected[]; readonly fates: Fates }) {
  const count = (is: Fate["is"]) => chosen.filter(({ id }) => fates.get(id)?.is === is).length;
  const told = { possible: count("possible"), asked: count("asked"), refused: count("refused") };
  return (
    <p role="status" className="flex flex-wrap gap-2">
      {told.asked > 0 ? <Badge tone="good">{told.asked} asked</Badge> : null}
      {told.possible > 0 ? <Badge tone="info">{told.possible} possible</Badge> : null}
      {told.refused > 0 ? <Badge tone="bad">{told.refused} not possible</Badge> : null}
      {fates.size < chosen.length ? <span className="text-muted">{chosen.length - fates.size} to look at</span> : null}
    </p>
  );
}
