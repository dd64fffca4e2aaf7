"use client";
import { Check, ChevronsUpDown } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from "react";
import { cx } from "./cx.ts";
import type { FieldControl } from "./field.tsx";
import { controlClass } from "./input.tsx";

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly detail?: string;
  readonly icon?: ReactNode;
}

/**
 * Type to find, arrows to choose, Enter to take, Escape to leave. With `free` what is typed may be taken as it stands.
 * Follows the ARIA combobox pattern; shows at most 50 matches.
 */
export function Combobox(props: {
  readonly control: FieldControl;
  readonly value: string;
  readonly options: readonly Option[];
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly free?: boolean;
  readonly icon?: ReactNode;
  readonly mono?: boolean;
  readonly label?: string;
  readonly autoFocus?: boolean;
}) {
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const chosen = props.options.find((option) => option.value === props.value);
  const matches = useMemo(() => find(props.options, typed ?? ""), [props.options, typed]);
  const open = typed !== null;
  const take = (value: string) => {
    props.onChange(value);
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return setTyped("");
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((at) => (at + step + matches.length) % Math.max(1, matches.length));
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      const match = matches[active];
      if (match) take(match.value);
      else if (props.free && typed) take(typed);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      setTyped(null);
    }
  };
  return (
    <span className="relative block min-w-0">
      {props.icon ? (
        <span className="pointer-events-none absolute top-[9px] left-2.5 text-muted [&_svg]:size-4">{props.icon}</span>
      ) : null}
      <input
        {...props.control}
        ref={input}
        role="combobox"
        aria-label={props.label}
        // biome-ignore lint/a11y/noAutofocus: it replaces the line whose pencil was pressed; focus follows the person.
        autoFocus={props.autoFocus}
        aria-expanded={open}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={open && matches[active] ? `${list}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={props.placeholder}
        value={typed ?? chosen?.label ?? props.value}
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(0);
        }}
        onClick={() => setTyped((now) => now ?? "")}
        onKeyDown={onKeyDown}
        onBlur={() => {
          if (props.free && typed) props.onChange(typed);
          setTyped(null);
        }}
        className={cx(
          controlClass,
          "h-[34px] truncate pr-8",
          props.icon ? "pl-8" : "",
          props.mono && "font-mono text-sm",
        )}
      />
      <ChevronsUpDown aria-hidden className="pointer-events-none absolute top-[10px] right-2.5 size-3.5 text-muted" />
      {open ? (
        <div
          id={list}
          role="listbox"
          className="absolute z-30 mt-1 max-h-72 w-full min-w-56 overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-float"
        >
          {matches.map((option, at) => (
            <ComboboxOption
              key={option.value}
              id={`${list}-${at}`}
              option={option}
              active={at === active}
              chosen={option.value === props.value}
              onTake={() => take(option.value)}
              onHover={() => setActive(at)}
            />
          ))}
          {matches.length === 0 ? (
            <div className="px-2.5 py-1.5 text-muted">
              {props.free && typed ? `Use “${typed}”: press Enter.` : "Nothing matches."}
            </div>
          ) : null}
        </div>
      ) : null}
    </span>
  );
}

function find(options: readonly Option[], typed: string): readonly Option[] {
  const wanted = typed.trim().toLowerCase();
  const hit = (option: Option) =>
    wanted === "" || `${option.label} ${option.detail ?? ""}`.toLowerCase().includes(wanted);
  return options.filter(hit).slice(0, 50);
}

function ComboboxOption(props: {
  readonly id: string;
  readonly option: Option;
  readonly active: boolean;
  readonly chosen: boolean;
  readonly onTake: () => void;
  readonly onHover: () => void;
}) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled on the input, which keeps focus (ARIA combobox pattern).
    // biome-ignore lint/a11y/useFocusableInteractive: as above, options are reached through aria-activedescendant.
    <div
      id={props.id}
      role="option"
      aria-selected={props.chosen}
      onMouseDown={(event) => event.preventDefault()}
      onClick={props.onTake}
      onMouseMove={props.onHover}
      className={cx("flex items-center gap-2 rounded-md px-2.5 py-1.5 [&_svg]:size-4", props.active && "bg-hover")}
    >
      {props.option.icon}
      <span className="min-w-0 truncate">{props.option.label}</span>
      {props.option.detail ? (
        <span className="ml-auto truncate pl-2 text-xs text-muted">{props.option.detail}</span>
      ) : null}
      {props.chosen ? (
        <Check aria-hidden className={cx("shrink-0 text-accent-text", !props.option.detail && "ml-auto")} />
      ) : null}
    </div>
  );
}
