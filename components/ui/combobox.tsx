"use client";
import { Check, ChevronsUpDown } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId, useMemo, useState } from "react";
import { cx } from "./cx.ts";
import type { FieldControl } from "./field.tsx";
import { controlClass } from "./input.tsx";

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly detail?: string;
  readonly icon?: ReactNode;
}

interface ComboboxProps {
  readonly control: FieldControl;
  readonly value: string;
  readonly options: readonly Option[];
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  /** What is typed may be taken as it stands. */
  readonly free?: boolean;
  readonly icon?: ReactNode;
  readonly mono?: boolean;
  /** Name where no visible label points at it. */
  readonly label?: string;
  readonly autoFocus?: boolean;
}

/**
 * Type to find, arrows to choose, Enter to take, Escape to leave. Follows the ARIA combobox pattern; shows at most 50 matches.
 */
export function Combobox(props: ComboboxProps) {
  const list = useId();
  const box = useBox(props);
  const chosen = props.options.find((option) => option.value === props.value);
  const pointed = box.open && box.matches[box.active] ? `${list}-${box.active}` : undefined;
  return (
    <span className="relative block min-w-0">
      {props.icon ? (
        <span className="pointer-events-none absolute top-[9px] left-2.5 text-muted [&_svg]:size-4">{props.icon}</span>
      ) : null}
      <input
        {...props.control}
        role="combobox"
        aria-label={props.label}
        // biome-ignore lint/a11y/noAutofocus: it replaces the line whose pencil was pressed; focus follows the person.
        autoFocus={props.autoFocus}
        aria-expanded={box.open}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={pointed}
        autoComplete="off"
        spellCheck={false}
        placeholder={props.placeholder}
        value={box.typed ?? chosen?.label ?? props.value}
        onChange={(event) => box.type(event.target.value)}
        onClick={box.unfold}
        onKeyDown={box.onKeyDown}
        onBlur={box.leave}
        className={cx(
          controlClass,
          "h-[34px] truncate pr-8",
          props.icon ? "pl-8" : null,
          props.mono && "font-mono text-sm",
        )}
      />
      <ChevronsUpDown aria-hidden className="pointer-events-none absolute top-[10px] right-2.5 size-3.5 text-muted" />
      {box.open ? <Matches id={list} box={box} value={props.value} free={props.free === true} /> : null}
    </span>
  );
}

/** What is typed (null while the list is folded), what matches, and which match the arrows point at. */
function useBox(props: ComboboxProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const matches = useMemo(() => find(props.options, typed ?? ""), [props.options, typed]);
  const open = typed !== null;
  const take = (value: string) => {
    props.onChange(value);
    setTyped(null);
  };
  const move = (step: number) =>
    open ? setActive((at) => (at + step + matches.length) % Math.max(1, matches.length)) : setTyped("");
  const enter = () => {
    const match = matches[active];
    if (match) take(match.value);
    else if (props.free && typed) take(typed);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const act = [
      { key: "ArrowDown", act: () => move(1), now: true },
      { key: "ArrowUp", act: () => move(-1), now: true },
      { key: "Enter", act: enter, now: open },
      { key: "Escape", act: () => setTyped(null), now: open },
    ].find((one) => one.key === event.key && one.now)?.act;
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const type = (text: string) => {
    setTyped(text);
    setActive(0);
  };
  const leave = () => {
    if (props.free && typed) props.onChange(typed);
    setTyped(null);
  };
  const unfold = () => setTyped((now) => now ?? "");
  return { typed, open, matches, active, take, type, leave, unfold, onKeyDown, point: setActive };
}

interface MatchesProps {
  readonly id: string;
  readonly box: ReturnType<typeof useBox>;
  readonly value: string;
  readonly free: boolean;
}

const Matches = ({ id, box, value, free }: MatchesProps) => (
  <div
    id={id}
    role="listbox"
    className="absolute z-30 mt-1 max-h-72 w-full min-w-56 overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-float"
  >
    {box.matches.map((option, at) => (
      <ComboboxOption
        key={option.value}
        id={`${id}-${at}`}
        option={option}
        active={at === box.active}
        chosen={option.value === value}
        onTake={() => box.take(option.value)}
        onHover={() => box.point(at)}
      />
    ))}
    {box.matches.length > 0 ? null : (
      <div className="px-2.5 py-1.5 text-muted">
        {free && box.typed ? `Use “${box.typed}”: press Enter.` : "Nothing matches."}
      </div>
    )}
  </div>
);

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
