"use client";
import { CircleCheck, CircleDashed, CircleX, Users } from "lucide-react";
import { EnvironmentBadge } from "#components/status.tsx";
import { cx } from "#components/ui/cx.ts";
import { FieldError } from "#components/ui/field.tsx";
import { exactly } from "#components/ui/moment.ts";
import type { Choices } from "#db/read/new-request.ts";
import type { Preview as Foreseen } from "#lib/claims/requests/foresee.ts";
import type { Environment } from "#lib/domain/charter.ts";
import { SideWaiting, sideLook, sideNameLook, sidesLook, sideWordsLook } from "./side-waiting.tsx";

export interface Side {
  readonly environment: Environment;
  readonly preview: Foreseen;
}

/** What is asked for in one environment, and what would become of it, in words. */
export function verdictOf({ decision, refusals }: Foreseen) {
  if (refusals.length > 0 || decision === null)
    return { tone: "open", words: `${refusals.length} ${refusals.length === 1 ? "thing" : "things"} to mend` } as const;
  if (decision.outcome === "refused") return { tone: "refused", words: "Refused as it stands" } as const;
  if (decision.outcome === "passes") return { tone: "passes", words: "Passes on its own" } as const;
  return {
    tone: "asks",
    words: decision.stages.map((stage) => `${stage.count} of ${stage.role}`).join(", then "),
  } as const;
}

const marks = {
  open: <CircleDashed aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />,
  refused: <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />,
  passes: <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />,
  asks: <Users aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />,
} as const;

/**
 * The environments beside each other: each with its answer, target, name and end. The one that is chosen is told in full below; one
 * that was asked for just now has its place.
 */
export function SideBySide(props: {
  readonly sides: readonly Side[];
  readonly asked: readonly Environment[];
  readonly chosen: Environment;
  readonly choose: (environment: Environment) => void;
  readonly choices: Choices;
}) {
  const shown = props.sides.find(({ environment }) => environment === props.chosen);
  const missing = props.asked.filter((one) => props.sides.every(({ environment }) => environment !== one));
  const count = props.sides.length + missing.length;
  return (
    <div>
      <fieldset className={sidesLook}>
        <legend className="sr-only">What becomes of each environment</legend>
        {props.sides.map((side) => (
          <SideCard
            key={side.environment}
            {...side}
            count={count}
            pressed={side === shown}
            press={() => props.choose(side.environment)}
            target={props.choices.targets.find(({ name }) => name === side.preview.filled.target)?.title}
          />
        ))}
        {missing.map((environment) => (
          <SideWaiting key={environment} environment={environment} count={count} />
        ))}
      </fieldset>
      {shown && shown.preview.refusals.length > 0 ? (
        <ul className="mt-2 grid gap-1 text-[12.5px]">
          {shown.preview.refusals.map(({ field, sentence, mend }) => (
            <li key={`${field} ${sentence}`}>
              <FieldError>
                {sentence} {mend}
              </FieldError>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function SideCard(
  props: Side & {
    readonly count: number;
    readonly pressed: boolean;
    readonly press: () => void;
    readonly target: string | undefined;
  },
) {
  const { environment, preview, pressed } = props;
  const { tone, words } = verdictOf(preview);
  const { name, endsAt } = preview.filled;
  return (
    <button
      type="button"
      aria-pressed={pressed}
      onClick={props.press}
      className={cx(sideLook(pressed), "transition-colors duration-100 hover:bg-hover")}
    >
      <span>
        <EnvironmentBadge environment={environment} />
      </span>
      <span className={sideWordsLook}>
        {marks[tone]}
        {words}
      </span>
      <span className="truncate text-muted">{props.target ?? "no target yet"}</span>
      <code className={sideNameLook(props.count)}>{name ?? "…"}</code>
      <span className="text-muted">
        {endsAt ? `ends ${exactly(Date.parse(endsAt)).replace(/,? \d\d:\d\d.*/, "")}` : ""}
      </span>
    </button>
  );
}
