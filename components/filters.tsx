"use client";
import { ChevronDown, Search } from "lucide-react";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { createContext, type ReactNode, useContext, useEffect, useRef, useState, useTransition } from "react";
import { cx } from "./ui/cx.ts";
import { useEarlyTyping } from "./ui/early.ts";
import type { Choice } from "./ui/select.tsx";
import { useKeys } from "./use-keys.ts";

interface Address {
  /** Whether a page that was asked for is still to come. */
  readonly pending: boolean;
  /** Sets or clears one search parameter over those that were set last, and goes back to the first page. */
  readonly set: (name: string, value: string) => void;
}

function useAddress(): Address {
  const params = useSearchParams().toString();
  const pathname = usePathname();
  const router = useRouter();
  const [pending, start] = useTransition();
  const last = useRef(params);
  useEffect(() => {
    if (!pending) last.current = params;
  }, [pending, params]);
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(last.current);
    if (value) next.set(name, value);
    else next.delete(name);
    next.delete("after");
    last.current = next.toString();
    start(() => router.replace(`${pathname}?${next}`, { scroll: false }));
  };
  return { pending, set };
}

/** Of the line of filters: what one of them sets, the next one keeps. */
const OfLine = createContext<Address | null>(null);

/** One search parameter, as the line of filters or by itself. */
function useParameter(name: string) {
  const own = useAddress();
  const { pending, set } = useContext(OfLine) ?? own;
  const value = useSearchParams().get(name) ?? "";
  return { value, pending, set: (to: string) => set(name, to) };
}

/** The line of filters above a table. */
export const Filters = ({ children }: { readonly children: ReactNode }) => (
  <OfLine value={useAddress()}>
    <div data-chrome className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2.5">
      {children}
    </div>
  </OfLine>
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
  const { value, set } = useParameter(name);
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

/** Searches as one types; waits for a pause of a quarter second. Cleared elsewhere, it is empty. The key `/` leads to it. */
export function SearchFilter({ name = "q", label }: { readonly name?: string; readonly label: string }) {
  const { value, pending, set } = useParameter(name);
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!pending && timer.current === undefined) setTyped(value);
  }, [pending, value]);
  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      set(text);
    }, 250);
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
