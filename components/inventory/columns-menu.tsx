"use client";
import { Columns3 } from "lucide-react";
import { usePathname, useSearchParams } from "next/navigation";
import { Button } from "../ui/button.tsx";
import { Menu } from "../ui/menu.tsx";
import { columns } from "./inventory-columns.tsx";

/** Which columns show; kept in the address, so that a view keeps them too. Narrow screens leave some out besides. */
export function ColumnsMenu() {
  const params = useSearchParams();
  const pathname = usePathname();
  const hidden = new Set(params.get("hide")?.split(",").filter(Boolean));
  const turn = (id: string) => {
    const next = new URLSearchParams(params);
    const left = hidden.has(id) ? [...hidden].filter((one) => one !== id) : [...hidden, id];
    if (left.length > 0) next.set("hide", left.join(","));
    else next.delete("hide");
    // Only how the rows are drawn changes: nothing is read anew.
    window.history.replaceState(null, "", `${pathname}?${next}`);
  };
  return (
    <Menu
      trigger={
        <Button>
          <Columns3 aria-hidden />
          Columns
        </Button>
      }
      lines={columns.slice(1).map(({ id, title }) => ({
        kind: "tick",
        words: title,
        on: !hidden.has(id),
        run: () => turn(id),
      }))}
    />
  );
}
