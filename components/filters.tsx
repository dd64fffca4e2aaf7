"use client";
import { ChevronDown, Search } from "lucide-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { type ReactNode, useEffect, useRef, useState, useTransition } from "react";
import { cx } from "./ui/cx.ts";
import { useEarlyTyping } from "./ui/early.ts";
import type { Choice } from "./ui/select.tsx";
import { useKeys } from "./use-keys.ts";

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
  <div data-chrome className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2.5">
    {children}
  </div>
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
        "relative inline-flex h-7 items-center rounded-full border text-sm focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-[var(--ring)]",
        value ? "border-line-strong bg-sunken" : "border-dashed border-line-strong text-muted",
      )}
    >
      <span className="sr-only">{label}</span>
      <select
        value={value}
        onChange={(event) => set(event.target.value)}
        className="field-sizing-content h-full max-w-56 appearance-none truncate bg-transparent pr-6 pl-2.5 outline-none"
      >
        <option value="">{label}</option>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {value ? `${label}: ${choice.label}` : choice.label}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden className="pointer-events-none absolute right-2 size-3.5 text-muted" />
    </label>
  );
}

/** Searches as one types; waits for a pause of a quarter second. The key `/` leads to it. */
export function SearchFilter({ name = "q", label }: { readonly name?: string; readonly label: string }) {
  const [value, set] = useParameter(name);
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => set(text), 250);
  };
  const field = useRef<HTMLInputElement>(null);
  useEarlyTyping(field, type);
  useKeys({ "/": () => field.current?.focus() });
  return (
    <label className="flex h-7 min-w-40 flex-1 items-center gap-2 rounded-md border border-line bg-surface px-2 text-sm text-muted focus-within:outline-2 focus-within:outline-[var(--ring)] md:max-w-64">
      <Search aria-hidden className="size-3.5 shrink-0" />
      <input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        onChange={(event) => type(event.target.value)}
        className="w-full min-w-0 bg-transparent text-text outline-none placeholder:text-faint"
      />
    </label>
  );
}
