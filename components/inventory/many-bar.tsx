"use client";
import { Keyboard } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { type ManyVerb, manyCap, manyVerbs } from "#lib/domain/many.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { type Count, countWord } from "../ui/count.ts";
import { troubleOf, useAction } from "../use-action.ts";
import type { ManyActions } from "./many.ts";
import { ManyDialog } from "./many-dialog.tsx";
import { manyWords } from "./many-words.ts";
import type { Selection } from "./selection.ts";

interface ManyBarProps {
  readonly selection: Selection;
  readonly count: Count;
  readonly actions: ManyActions;
  readonly help: () => void;
}

/** What can be asked of the selected ones; stays in sight while one scrolls. */
export function ManyBar({ selection, count, actions, help }: ManyBarProps) {
  const [verb, setVerb] = useState<ManyVerb | null>(null);
  const { chosen, clear } = selection;
  const close = (asked: boolean) => {
    setVerb(null);
    if (asked) clear();
  };
  return (
    <div
      data-chrome
      className="sticky bottom-14 z-2 flex min-h-12 flex-wrap items-center gap-2 rounded-b-lg border-t border-line bg-surface px-4 py-2 md:bottom-0"
    >
      <p role="status" className="text-sm font-[560]">
        {chosen.length === 0 ? "" : `${chosen.length} selected`}
      </p>
      {chosen.length === 0 ? null : (
        <>
          {manyVerbs.map((one) => (
            <Button
              key={one}
              size="sm"
              look={one === "retire" ? "danger" : "plain"}
              disabled={chosen.length > manyCap}
              onClick={() => setVerb(one)}
            >
              {manyWords[one].button}
            </Button>
          ))}
          <Button size="sm" look="quiet" onClick={clear}>
            Clear
          </Button>
        </>
      )}
      {chosen.length > manyCap ? <p className="text-sm text-bad">At most {manyCap} go together.</p> : null}
      <SelectMatching selection={selection} count={count} matchMany={actions.matchMany} />
      <IconButton label="Keys" className="ml-auto hidden md:inline-grid" onClick={help}>
        <Keyboard aria-hidden />
      </IconButton>
      {verb === null ? null : <ManyDialog verb={verb} chosen={chosen} actions={actions} close={close} />}
    </div>
  );
}

/** Selects what the view holds beyond this page: all of it, or as many as go together, and says which. */
function SelectMatching({
  selection,
  count,
  matchMany,
}: {
  readonly selection: Selection;
  readonly count: Count;
  readonly matchMany: ManyActions["matchMany"];
}) {
  const query = useSearchParams().toString();
  const match = useAction(matchMany);
  const trouble = troubleOf(match);
  if (count.value === 0) return null;
  const select = async () => {
    const found = await match.run({ query });
    if (found === null) return;
    selection.clear();
    selection.ticks.set(found.ok, true);
  };
  const all = !count.more && count.value <= manyCap;
  return (
    <>
      <Button size="sm" look="quiet" pending={match.pending} onClick={() => void select()}>
        {all ? `Select all ${count.value}` : `Select the first ${manyCap} of ${countWord(count)}`}
      </Button>
      {trouble === null ? null : <p className="text-sm text-bad">{trouble}</p>}
    </>
  );
}
