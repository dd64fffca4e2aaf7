"use client";
import { CalendarDays } from "lucide-react";
import { type ComponentProps, useRef, useState } from "react";
import { IconButton } from "./button.tsx";
import { cx } from "./cx.ts";
import { Input } from "./input.tsx";
import { dateOf, dayIn } from "./moment.ts";

type Props = Omit<ComponentProps<"input">, "value" | "onChange" | "min" | "max" | "type"> & {
  /** A day as `2027-11-30`; empty for none. */
  readonly value: string;
  /** First and last day that the calendar offers. */
  readonly min?: string;
  readonly max?: string;
  readonly onChange: (day: string) => void;
};

const shown = (day: string): string => (day === "" ? "" : dateOf(Date.parse(day)));

/** A day, typed and shown in the one date form ("30 Nov 2027"; `2027-11-30` is taken too) or chosen from the browser's calendar. */
export function DateInput({ value, min, max, onChange, className, onBlur, ...rest }: Props) {
  const calendar = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const type = (text: string) => {
    setTyped(text);
    const day = text.trim() === "" ? "" : dayIn(text);
    if (day !== null) onChange(day);
  };
  return (
    <span className={cx("relative block min-w-0", className)}>
      <Input
        placeholder={max ? shown(max) : "30 Nov 2027"}
        {...rest}
        value={typed ?? shown(value)}
        onChange={(event) => type(event.target.value)}
        onBlur={(event) => {
          setTyped(null);
          onBlur?.(event);
        }}
        className="pr-9"
      />
      <input
        ref={calendar}
        type="date"
        tabIndex={-1}
        aria-hidden
        value={value}
        min={min}
        max={max}
        onChange={(event) => {
          setTyped(null);
          onChange(event.target.value);
        }}
        className="pointer-events-none absolute right-0 bottom-0 size-8 opacity-0"
      />
      <IconButton
        label="Choose from the calendar"
        className="absolute top-[3px] right-[3px] size-7"
        onClick={() => calendar.current?.showPicker()}
      >
        <CalendarDays aria-hidden />
      </IconButton>
    </span>
  );
}
