import { Minus, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { levelTitles } from "#lib/domain/grid.ts";
import { type Level, levels } from "#lib/domain/reach.ts";
import type { AccessSide, AccessView } from "#lib/judgement/view-access.ts";
import { capital } from "../ui/capital.ts";
import { Escalations } from "./escalations.tsx";
import { Places } from "./places.tsx";
import { ReachGrid } from "./reach-grid.tsx";

const plural = (count: number, one: string): string =>
  `${count.toLocaleString("en-GB")} ${one}${count === 1 ? "" : "s"}`;

/** What a change of access comes to in one sentence. */
function changeWords({ added, takenAway }: AccessView): string {
  const parts = [
    ...(added.count > 0 ? [`adds ${plural(added.count, "permission")}`] : []),
    ...(takenAway.count > 0 ? [`takes ${plural(takenAway.count, "permission")} away`] : []),
  ];
  const text = parts.join(" and ");
  return `${capital(text)}.`;
}

/** What is added and what is taken away, action by resource, then all that it may do afterwards; ways to gain power first. */
export const AccessChange = ({ view }: { readonly view: AccessView }) => (
  <div className="grid gap-4">
    <p className="font-[560]">{changeWords(view)}</p>
    <Escalations reach={view.after} />
    <Side side={view.added} title="Added" sign="added" />
    <Side side={view.takenAway} title="Taken away" sign="gone" />
    {view.takenAway.count === 0 ? null : <StillOpen view={view} />}
    <section aria-label="Before and after">
      <h3 className="mb-1 text-xs font-[560] text-muted">Before and after</h3>
      <p className="mb-2 text-sm">
        {view.before.phrase === view.after.phrase ? null : (
          <>
            <del dir="auto" className="text-muted decoration-1">
              {view.before.phrase}
            </del>{" "}
          </>
        )}
        <ins dir="auto" className="no-underline">
          {view.after.phrase}
        </ins>
      </p>
      <Counts view={view} />
      <ReachGrid reach={view.after} />
    </section>
  </div>
);

const signs: { readonly [S in "added" | "gone"]: { readonly look: string; readonly icon: ReactNode } } = {
  added: { look: "text-warn", icon: <Plus aria-hidden className="mt-0.5 size-3.5 shrink-0" /> },
  gone: { look: "text-good", icon: <Minus aria-hidden className="mt-0.5 size-3.5 shrink-0" /> },
};

function Side({
  side,
  title,
  sign,
}: {
  readonly side: AccessSide;
  readonly title: string;
  readonly sign: "added" | "gone";
}) {
  if (side.count === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className="mb-1 text-xs font-[560] text-muted">
        {title}, {plural(side.count, "permission")}
      </h3>
      <ul className="grid max-h-64 gap-1 overflow-y-auto text-[12.5px]">
        {side.lines.map(({ action, on }) => (
          <li key={`${action} ${on.join(" ")}`} className="flex gap-1.5">
            <span className={signs[sign].look}>{signs[sign].icon}</span>
            <div className="min-w-0 break-words">
              <code>{action}</code> <span className="text-muted">on</span> <Places places={on} />
            </div>
          </li>
        ))}
      </ul>
      {side.count > side.lines.length ? (
        <p className="mt-1 text-sm text-muted">and {(side.count - side.lines.length).toLocaleString("en-GB")} more.</p>
      ) : null}
    </section>
  );
}

/** What everybody may at the target, and it keeps with them; said where less is asked for, unless the grid says the same. */
const StillOpen = ({ view: { before, after } }: { readonly view: AccessView }) =>
  before.besides
    ?.filter((sentence) => after.besides?.includes(sentence) !== true)
    .map((sentence) => (
      <p key={sentence} className="text-sm text-muted">
        {sentence}
      </p>
    ));

/** How many permissions each service gains and loses, level by level. */
function Counts({ view }: { readonly view: AccessView }) {
  const counts = [
    ...view.added.counts.map((one) => ({ ...one, sign: "+" })),
    ...view.takenAway.counts.map((one) => ({ ...one, sign: "−" })),
  ];
  const services = [...new Set(counts.map(({ service }) => service))].sort();
  const said = (service: string, level: Level | null): string =>
    counts
      .filter((one) => one.service === service && one.level === level)
      .map(({ sign, count }) => `${sign}${count}`)
      .join(" ");
  return (
    <ul className="mb-2 grid gap-0.5 text-[12.5px] text-muted">
      {services.map((service) => (
        <li key={service}>
          <b className="font-[560] text-text">{service}</b>{" "}
          {[...levels, null]
            .map((level) => ({ word: level === null ? "Not known" : levelTitles[level], said: said(service, level) }))
            .filter((one) => one.said !== "")
            .map((one) => `${one.word} ${one.said}`)
            .join(" · ")}
        </li>
      ))}
    </ul>
  );
}
