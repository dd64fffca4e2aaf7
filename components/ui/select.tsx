import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { cx } from "./cx.ts";
import { controlClass } from "./input.tsx";

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** The platform's own list: right on a phone, with the keyboard and for screen readers. For long or remote lists use `Combobox`. */
export function Select({
  choices,
  placeholder,
  className,
  ...rest
}: ComponentProps<"select"> & { readonly choices: readonly Choice[]; readonly placeholder?: string }) {
  return (
    <span className={cx("relative block min-w-0", className)}>
      <select {...rest} className={cx(controlClass, "h-[34px] appearance-none truncate pr-8")}>
        {placeholder === undefined ? null : <option value="">{placeholder}</option>}
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden className="pointer-events-none absolute top-[9px] right-2.5 size-4 text-muted" />
    </span>
  );
}
