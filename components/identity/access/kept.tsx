"use client";
import { useId } from "react";
import type { WantedAccess } from "#lib/domain/access.ts";
import { levelTitles } from "#lib/domain/grid.ts";
import type { AccessPage } from "#lib/web/access-page.ts";
import { Places } from "../../plan/places.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { cx } from "../../ui/cx.ts";
import { Field, FieldError } from "../../ui/field.tsx";
import { Textarea } from "../../ui/input.tsx";
import { ActionUsed, UseSaid } from "./use-said.tsx";

export interface AccessPartProps {
  readonly page: AccessPage;
  readonly wanted: WantedAccess;
  readonly change: (part: Partial<WantedAccess>) => void;
  readonly error: string | null;
}

/** What it may do now: each action can be taken away, or the whole be written anew as a policy. */
export function Kept({ page, wanted, change, error }: AccessPartProps) {
  const count = page.held.reduce((sum, { actions }) => sum + actions.length, 0);
  return (
    <Card title="What it may do now" aside={`${count} ${count === 1 ? "action" : "actions"}`}>
      <div className="grid gap-3">
        <UseSaid page={page} />
        {wanted.instead === null ? (
          <Actions page={page} wanted={wanted} change={change} error={error} />
        ) : (
          <AsText text={wanted.instead} change={change} error={error} />
        )}
        {page.text === null ? null : (
          <button
            type="button"
            className="link justify-self-start text-[12.5px]"
            onClick={() => change({ instead: wanted.instead === null ? page.text : null, drop: [] })}
          >
            {wanted.instead === null ? "Write it as a policy instead" : "Choose from the list instead"}
          </button>
        )}
      </div>
    </Card>
  );
}

const AsText = ({ text, change, error }: Pick<AccessPartProps, "change" | "error"> & { readonly text: string }) => (
  <Field id={useId()} label="All it may do" help="What stands here is all it may do afterwards." error={error}>
    {(control) => (
      <Textarea
        {...control}
        mono
        className="min-h-64"
        maxLength={20_000}
        value={text}
        onChange={(event) => change({ instead: event.target.value })}
      />
    )}
  </Field>
);

interface UnseenProps {
  readonly page: AccessPage;
  readonly drop: ReadonlySet<string>;
  readonly take: (actions: readonly string[]) => void;
}

/** One click for what its target tracks and did not see; nothing is chosen by itself. */
function Unseen({ page, drop, take }: UnseenProps) {
  const unseen = page.held.flatMap(({ actions }) =>
    actions.flatMap(({ action, used }) => (used?.said === "not-seen" && !drop.has(action) ? [action] : [])),
  );
  if (unseen.length === 0) return null;
  return (
    <Button className="justify-self-start" onClick={() => take(unseen)}>
      Take away {unseen.length === 1 ? "the one" : `the ${unseen.length}`} not seen
    </Button>
  );
}

function Actions({ page, wanted, change, error }: AccessPartProps) {
  const drop = new Set(wanted.drop);
  const set = (actions: readonly string[], keep: boolean) => {
    const rest = wanted.drop.filter((one) => !actions.includes(one));
    change({ drop: keep ? rest : [...rest, ...actions] });
  };
  return (
    <div className="grid gap-3">
      <Unseen page={page} drop={drop} take={(actions) => set(actions, false)} />
      {page.held.map(({ service, actions }) => {
        const names = actions.map(({ action }) => action);
        const kept = names.filter((name) => !drop.has(name)).length;
        return (
          <fieldset key={service} className="min-w-0 rounded-md border border-line">
            <legend className="ml-2 px-1 text-sm">
              <b className="font-[560]">{service}</b>{" "}
              <span className="text-muted">
                keeps {kept} of {names.length}
              </span>{" "}
              <button type="button" className="link text-[12.5px]" onClick={() => set(names, kept === 0)}>
                {kept === 0 ? "Keep all" : "Take all away"}
              </button>
            </legend>
            <ul className="grid max-h-80 gap-0.5 overflow-y-auto px-3 pt-1 pb-2">
              {actions.map(({ action, level, on, used }) => (
                <li key={action}>
                  <label className="flex min-h-7 items-baseline gap-2 text-sm">
                    <input
                      type="checkbox"
                      checked={!drop.has(action)}
                      onChange={(event) => set([action], event.target.checked)}
                      className="translate-y-0.5 accent-[var(--accent)]"
                    />
                    <code className={cx("min-w-0 flex-1 break-all", drop.has(action) && "text-bad line-through")}>
                      {action}
                    </code>
                    <Badge tone="outline">{level === null ? "Not known" : levelTitles[level]}</Badge>
                  </label>
                  <div className="-mt-1 mb-1 pl-[21px] text-[12.5px]">
                    <ActionUsed used={used} told={page.told} />
                    <Places places={on} />
                  </div>
                </li>
              ))}
            </ul>
          </fieldset>
        );
      })}
      <div aria-live="polite">{error === null ? null : <FieldError>{error}</FieldError>}</div>
    </div>
  );
}
