"use client";
import { useState } from "react";
import { InItsPlace } from "#components/ui/in-its-place.tsx";
import { onDemand } from "#components/ui/on-demand.ts";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { merged } from "#lib/domain/permission.ts";
import type { QuestionProps } from "./props.ts";

const denial = onDemand(async () => (await import("./composer/denial.tsx")).default);

type Way = "pack" | "composed" | "pasted";
export const wayOf = ({ need }: QuestionProps["answers"]): Way =>
  need !== null && "grants" in need ? "composed" : need !== null && "pasted" in need ? "pasted" : "pack";

interface WaysProps extends Pick<QuestionProps, "answers" | "change" | "help"> {
  /** Whether a policy may be pasted. */
  readonly paste: boolean;
}

/** Other ways to say what it must do: one by one, as a policy, or by the error that its lack causes. */
export function ReachWays({ answers, change, help, paste }: WaysProps) {
  const [denied, setDenied] = useState(false);
  const way = wayOf(answers);
  const composed = answers.need !== null && "grants" in answers.need ? answers.need.grants : [];
  const ways = [
    { way: "pack", words: "Choose from the list", offered: true, go: () => change({ need: null }) },
    {
      way: "composed",
      words: "Compose it yourself",
      offered: help !== null,
      go: () => change({ need: { grants: [] } }),
    },
    { way: "pasted", words: "Paste a policy", offered: paste, go: () => change({ need: { pasted: "" } }) },
  ].filter((one) => one.offered && one.way !== way);
  return (
    <>
      <p className="mt-1 flex flex-wrap gap-x-3 gap-y-1 text-[12.5px]">
        {ways.map(({ way: id, words, go }) => (
          <button key={id} type="button" className="link" onClick={go}>
            {words}
          </button>
        ))}
        {help === null ? null : (
          <button type="button" className="link" aria-expanded={denied} onClick={() => setDenied(!denied)}>
            Paste an error message
          </button>
        )}
      </p>
      {denied && help !== null ? (
        <InItsPlace
          of={denial}
          waiting={<Skeleton className="mt-2 h-44" />}
          missing="The field for it could not be shown. What you typed is kept: try again, or load the page anew."
          className="mt-2"
        >
          {(Denial) => (
            <Denial
              help={help}
              close={() => setDenied(false)}
              take={(grants) => {
                change({ need: { grants: merged([...composed, ...grants]) } });
                setDenied(false);
              }}
            />
          )}
        </InItsPlace>
      ) : null}
    </>
  );
}
