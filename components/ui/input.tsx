import type { ComponentProps } from "react";
import { cx } from "./cx.ts";

/** The frame every control shares, so that inputs, selects and comboboxes line up. */
export const controlClass =
  "w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-base text-text placeholder:text-faint hover:border-faint focus-visible:outline-offset-0 aria-invalid:border-bad aria-invalid:shadow-[inset_0_0_0_1px_var(--bad)] disabled:opacity-55";

export function Input({ mono = false, className, ...rest }: ComponentProps<"input"> & { readonly mono?: boolean }) {
  return (
    <input
      autoComplete="off"
      spellCheck={!mono}
      {...rest}
      className={cx(controlClass, "h-[34px]", mono && "font-mono text-sm", className)}
    />
  );
}

/** Grows with its text. `dir=auto`: a purpose may be written from right to left. */
export function Textarea({
  mono = false,
  className,
  ...rest
}: ComponentProps<"textarea"> & { readonly mono?: boolean }) {
  return (
    <textarea
      dir="auto"
      rows={2}
      spellCheck={!mono}
      {...rest}
      className={cx(
        controlClass,
        "field-sizing-content max-h-80 min-h-[62px] resize-y py-1.5 leading-normal",
        mono && "font-mono text-sm",
        className,
      )}
    />
  );
}
