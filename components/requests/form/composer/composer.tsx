"use client";
import { useRef } from "react";
import { type FieldControl, FieldError } from "#components/ui/field.tsx";
import type { Preview } from "#lib/claims/requests/preview.ts";
import type { Found, Grant } from "#lib/domain/permission.ts";
import type { FormHelp } from "../contract.ts";
import { GrantCard } from "./grant-card.tsx";
import { PermissionSearch } from "./search.tsx";

export interface ComposerProps {
  readonly preview: Pick<Preview, "refusals" | "explained"> | null;
  readonly control: FieldControl;
  readonly help: FormHelp;
  readonly grants: readonly Grant[];
  readonly set: (grants: readonly Grant[]) => void;
}

type Action = Extract<Found, { kind: "action" }>;

/** Actions are searched for, resources written: each grant is explained back, and checked, as it is typed. */
export default function Composer({ control, help, grants, set, preview }: ComposerProps) {
  const { patternsOf, add } = useAdding({ grants, set, preview });
  const replace = (at: number, grant: Grant) =>
    set(grants.flatMap((one, index) => (index !== at ? [one] : grant.actions.length === 0 ? [] : [grant])));
  const general = preview?.refusals.find(({ field }) => field === "need" || field?.startsWith("spec"));
  const shown = preview?.explained?.grants.length === grants.length ? preview.explained : null;
  return (
    <div className="grid gap-2">
      <PermissionSearch control={control} blueprint={help.blueprint} onAdd={add} autoFocus={grants.length === 0} />
      {grants.map((grant, at) => (
        <GrantCard
          // biome-ignore lint/suspicious/noArrayIndexKey: grants have no name but their place.
          key={at}
          at={at}
          grant={grant}
          words={help.words}
          shown={shown?.grants[at] ?? null}
          remarks={remarksAt(preview, at)}
          patterns={patternsOf(at)}
          set={(next) => replace(at, next)}
        />
      ))}
      {general && grants.length > 0 ? (
        <p className="text-[12.5px]">
          <FieldError>
            {general.sentence} {general.mend}
          </FieldError>
        </p>
      ) : null}
    </div>
  );
}

/** What is said of one grant: its refusals, and what is only worth knowing. Said once where both say it. */
function remarksAt(preview: ComposerProps["preview"], at: number) {
  const mine = (field: string | undefined) => field?.startsWith(`need.grants.${at}.`) === true;
  const said = preview?.explained?.remarks.filter(({ field }) => mine(field)) ?? [];
  const refused = preview?.refusals.filter(({ field }) => mine(field)) ?? [];
  const others = refused.filter(
    (one) => !said.some(({ field, sentence }) => field === one.field && sentence === one.sentence),
  );
  return [
    ...said,
    ...others.map(({ field = "", sentence, mend }) => ({
      tone: "bad" as const,
      field,
      sentence,
      ...(mend && { mend }),
    })),
  ];
}

/** An action joins the grant that is written for the same kind of resource; else it begins one of its own. */
function useAdding({ grants, set, preview }: Pick<ComposerProps, "grants" | "set" | "preview">) {
  const known = useRef(new Map<string, readonly string[]>());
  const patternsOf = (at: number): readonly string[] => {
    const told = preview?.explained?.grants[at];
    const same = told?.actions.map(({ action }) => action).join() === grants[at]?.actions.join();
    if (told && same) return told.patterns;
    return [...new Set(grants[at]?.actions.flatMap((action) => known.current.get(action) ?? []))];
  };
  const add = (found: Action) => {
    known.current.set(found.action, found.patterns);
    if (grants.some(({ actions }, at) => actions.includes(found.action) && fits(found, grants[at], patternsOf(at))))
      return;
    const at = grants.findIndex((grant, index) => fits(found, grant, patternsOf(index)));
    if (at < 0) set([...grants, { actions: [found.action], resources: [found.patterns.length === 0 ? "*" : ""] }]);
    else
      set(
        grants.map((grant, index) => (index === at ? { ...grant, actions: [...grant.actions, found.action] } : grant)),
      );
  };
  return { patternsOf, add };
}

function fits({ patterns }: Action, grant: Grant | undefined, own: readonly string[]): boolean {
  if (patterns.length === 0) return own.length === 0 && grant?.resources.join() === "*";
  return patterns.some((pattern) => own.includes(pattern));
}
