"use client";
import { Search } from "lucide-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { type ReactNode, useEffect, useRef, useState, useTransition } from "react";
import { cx } from "./ui/cx.ts";
import type { Choice } from "./ui/select.tsx";

/** Sets or clears one search parameter and goes back to the first page. */
function useParameter(name: string): readonly [string, (value: string) => void] {
  const params = useSearchParams();
  const pathname = usePathname();
  const router = useRouter();
  const [, start] = useTransition();
  const set = (value: string) => {
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    next.delete("after");
    start(() => router.replace(`${pathname}?${next}`, { scroll: false }));
  };
  return [params.get(name) ?? "", set];
}

/** The line of filters above a table. */
export const Filters = ({ children }: { readonly children: ReactNode }) => (
  <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2.5">{children}</div>
);

/** One choice as a chip: dashed while it filters nothing. State lies in the address. */
export function Filter({
  name,
  label,
  choices,
}: {
  readonly name: string;
  readonly label: string;
  readonly choices: readonly Choice[];
}) {
  const [value, set] = useParameter(name);
  return (
    <label
      className={cx(
        "inline-flex h-7 items-center rounded-full border px-2.5 text-sm focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-[var(--ring)]",
        value ? "border-line-strong bg-sunken" : "border-dashed border-line-strong text-muted",
      )}
    >
      <span className="sr-only">{label}</span>
      <select
        value={value}
        onChange={(event) => set(event.target.value)}
        className="max-w-48 appearance-none truncate bg-transparent outline-none"
      >
        <option value="">{label}</option>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {value ? `${label}: ${choice.label}` : choice.label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Searches as one types; waits for a pause of a quarter second. */
export function SearchFilter({ name = "q", label }: { readonly name?: string; readonly label: string }) {
  const [value, set] = useParameter(name);
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <label className="flex h-7 min-w-40 flex-1 items-center gap-2 rounded-md border border-line bg-surface px-2 text-sm text-muted focus-within:outline-2 focus-within:outline-[var(--ring)] md:max-w-64">
      <Search aria-hidden className="size-3.5 shrink-0" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          clearTimeout(timer.current);
          const wanted = event.target.value;
          timer.current = setTimeout(() => set(wanted), 250);
        }}
        className="w-full min-w-0 bg-transparent text-text outline-none placeholder:text-faint"
      />
    </label>
  );
}
