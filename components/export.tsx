"use client";
import { Braces, ChevronDown, Download, Sheet } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { Button } from "./ui/button.tsx";
import { Menu } from "./ui/menu.tsx";

/** The rows of this view as a file: what the address filters by is what the file holds, with all of its pages. */
export function Export({
  from,
  rows,
  part = false,
}: {
  /** The door's path. */
  readonly from: string;
  /** How many rows the file will hold, in words: "10,000+ identities". */
  readonly rows: string;
  /** True where a search looked through its first matches only. */
  readonly part?: boolean;
}) {
  const query = new URLSearchParams(useSearchParams());
  query.delete("after");
  const as = (form: string) => {
    query.set("as", form);
    return `${from}?${query}`;
  };
  return (
    <Menu
      trigger={
        <Button>
          <Download aria-hidden />
          Export
          <ChevronDown aria-hidden />
        </Button>
      }
      lines={[
        { kind: "label", words: part ? `${rows}: the first matches of the search` : `${rows}, as filtered` },
        { kind: "file", href: as("csv"), icon: <Sheet aria-hidden />, words: "CSV, for spreadsheets" },
        { kind: "file", href: as("json"), icon: <Braces aria-hidden />, words: "JSON Lines, for programs" },
      ]}
    />
  );
}
