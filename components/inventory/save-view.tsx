"use client";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useId, useState } from "react";
import type { ViewRow } from "#db/read/views.ts";
import { viewQuery } from "#lib/domain/view.ts";
import type { Answer } from "#lib/web/action.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { Select } from "../ui/select.tsx";
import { troubleOf, useAction } from "../use-action.ts";

interface Kept {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  readonly team: string | null;
}
export type KeepView = (input: Kept) => Promise<Answer<{ readonly id: string }>>;

interface SaveViewProps {
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  /** The view of one's own that is shown: it may be replaced. */
  readonly shown: ViewRow | null;
  readonly keepView: KeepView;
  readonly close: () => void;
}

/** Keeps filters, order and columns under a name, for oneself or shared with a team. */
export function SaveView({ teams, shown, keepView, close }: SaveViewProps) {
  const ids = useId();
  const [path, router] = [usePathname(), useRouter()];
  const address = useSearchParams().toString();
  const [fresh] = useState(() => crypto.randomUUID());
  const [name, setName] = useState(shown?.name ?? "");
  const [team, setTeam] = useState(shown?.team ?? "");
  const keep = useAction(keepView);
  const save = async (id: string) => {
    const query = viewQuery(address);
    const done = await keep.run({ id, name, query, team: team === "" ? null : team });
    if (done === null) return;
    close();
    router.replace(`${path}?${query}${query === "" ? "" : "&"}view=${id}`, { scroll: false });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : close())}
      title="Save this view"
      sentence="It keeps the filters, the order and the columns. Everyone who opens it sees what they may see."
      foot={
        <>
          {shown === null ? null : (
            <Button pending={keep.pending} disabled={name.trim() === ""} onClick={() => void save(shown.id)}>
              Replace {shown.name}
            </Button>
          )}
          <Button look="primary" pending={keep.pending} disabled={name.trim() === ""} onClick={() => void save(fresh)}>
            {shown === null ? "Save" : "Save as a new one"}
          </Button>
        </>
      }
    >
      <Field id={`${ids}-name`} label="Name" error={troubleOf(keep) ?? undefined}>
        {(control) => (
          <Input
            {...control}
            dir="auto"
            maxLength={60}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field id={`${ids}-team`} label="Who sees it">
        {(control) => (
          <Select
            {...control}
            value={team}
            onChange={(event) => setTeam(event.target.value)}
            choices={[
              { value: "", label: "Only you" },
              ...teams.map(({ id, name: of }) => ({ value: id, label: `You and ${of}` })),
            ]}
          />
        )}
      </Field>
    </Dialog>
  );
}
