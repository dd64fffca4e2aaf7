"use client";
import { useRouter } from "next/navigation";
import { useId } from "react";
import { Trouble } from "#components/trouble.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { useAction } from "#components/use-action.ts";
import type { ViewRow } from "#db/read/views.ts";
import type { Answer } from "#lib/web/action.ts";

export interface ViewsCardProps {
  readonly views: readonly ViewRow[];
  /** Id of the view that the inventory opens with; null: all identities. */
  readonly opensWith: string | null;
  readonly openWith: (input: { view: string | null }) => Promise<Answer<null>>;
  readonly forgetView: (input: { id: string }) => Promise<Answer<null>>;
}

/** Views of the inventory: which one it opens with, and those one keeps. */
export function ViewsCard({ views, opensWith, openWith, forgetView }: ViewsCardProps) {
  const id = useId();
  const router = useRouter();
  const open = useAction(openWith);
  const forget = useAction(forgetView);
  const own = views.filter(({ by }) => by === null);
  const after = async (done: Promise<unknown>) => {
    await done;
    router.refresh();
  };
  return (
    <Card title="Views of the inventory" aside="kept as you choose">
      <div className="grid gap-3">
        <Field id={id} label="The inventory opens with">
          {(control) => (
            <Select
              {...control}
              className="max-w-80"
              value={views.some((view) => view.id === opensWith) ? (opensWith ?? "") : ""}
              onChange={({ target: { value } }) => void after(open.run({ view: value === "" ? null : value }))}
              choices={[
                { value: "", label: "All identities" },
                ...views.map((view) => ({
                  value: view.id,
                  label: view.by === null ? view.name : `${view.name} · by ${view.by}`,
                })),
              ]}
            />
          )}
        </Field>
        {own.length === 0 ? (
          <p className="text-muted">You keep no view yet. Filter the inventory, then save what you see.</p>
        ) : (
          <ul aria-label="Views you keep">
            {own.map((view) => (
              <li key={view.id} className="flex items-center gap-3 border-b border-line py-1.5 last:border-b-0">
                <span className="min-w-0 flex-1">
                  <bdi className="block truncate">{view.name}</bdi>
                  <span className="text-xs text-muted">
                    {view.teamName === "" ? "only you" : `shared with ${view.teamName}`}
                  </span>
                </span>
                <LinkButton size="sm" href={`/identities?${view.query}&view=${view.id}`} prefetch={false}>
                  Open<span className="sr-only"> {view.name}</span>
                </LinkButton>
                <Button
                  size="sm"
                  look="danger"
                  pending={forget.pending}
                  onClick={() => void after(forget.run({ id: view.id }))}
                >
                  Delete<span className="sr-only"> {view.name}</span>
                </Button>
              </li>
            ))}
          </ul>
        )}
        <Trouble refusals={[...open.refusals, ...forget.refusals]} fault={open.fault ?? forget.fault} />
      </div>
    </Card>
  );
}
