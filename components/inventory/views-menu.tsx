"use client";
import { Bookmark, Plus, Users } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import type { ViewRow } from "#db/read/views.ts";
import { Button } from "../ui/button.tsx";
import { Menu } from "../ui/menu.tsx";
import type { MenuLine } from "../ui/menu-lines.ts";
import { type KeepView, SaveView } from "./save-view.tsx";

interface ViewsMenuProps {
  readonly views: readonly ViewRow[];
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  readonly keepView: KeepView;
}

/** Views one kept, those that one's teams share, and keeping the one that is shown. */
export function ViewsMenu({ views, teams, keepView }: ViewsMenuProps) {
  const [saves, setSaves] = useState(false);
  const at = useSearchParams().get("view");
  const own = views.filter(({ by }) => by === null);
  const shared = views.filter(({ by }) => by !== null);
  const shown = own.find(({ id }) => id === at) ?? shared.find(({ id }) => id === at);
  const lines: MenuLine[] = [
    ...(own.length > 0 ? [{ kind: "label", words: "Yours" } as const] : []),
    ...own.map(lineOf),
    ...(shared.length > 0 ? [{ kind: "label", words: "Shared with your teams" } as const] : []),
    ...shared.map(lineOf),
    ...(views.length > 0 ? [{ kind: "line" } as const] : []),
    { kind: "verb", run: () => setSaves(true), icon: <Plus aria-hidden />, words: "Save this view…" },
  ];
  return (
    <>
      <Menu
        trigger={
          <Button className="max-w-52">
            <Bookmark aria-hidden />
            <bdi className="truncate">{shown === undefined ? "Views" : shown.name}</bdi>
          </Button>
        }
        lines={lines}
      />
      {saves ? (
        <SaveView
          teams={teams}
          shown={shown?.by === null ? shown : null}
          keepView={keepView}
          close={() => setSaves(false)}
        />
      ) : null}
    </>
  );
}

const lineOf = ({ id, name, query, by, teamName }: ViewRow): MenuLine => ({
  kind: "link",
  href: `/identities?${query}${query === "" ? "" : "&"}view=${id}`,
  icon: by === null && teamName === "" ? <Bookmark aria-hidden /> : <Users aria-hidden />,
  words: by === null ? (teamName === "" ? name : `${name} · shared with ${teamName}`) : `${name} · by ${by}`,
});
