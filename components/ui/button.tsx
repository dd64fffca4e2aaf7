import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx.ts";

export type ButtonLook = {
  readonly look?: "plain" | "primary" | "quiet" | "danger" | undefined;
  readonly size?: "md" | "sm" | undefined;
};

const looks = {
  plain: "border-line-strong bg-surface text-text hover:bg-hover",
  primary: "border-accent bg-accent text-on-accent hover:bg-accent-hover hover:border-accent-hover",
  quiet: "border-transparent text-muted hover:bg-hover hover:text-text",
  danger: "border-line-strong bg-surface text-bad hover:bg-bad-soft",
} as const;

/** Class names of a button, for the rare element that is neither `<button>` nor link. */
export const buttonClass = ({ look = "plain", size = "md" }: ButtonLook, more?: string): string =>
  cx(
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-[540] whitespace-nowrap transition-colors duration-100 disabled:pointer-events-none disabled:opacity-55 aria-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
    size === "md" ? "h-8 px-3 text-[13.5px]" : "h-7 px-2.5 text-sm",
    looks[look],
    more,
  );

/** A verb. One `primary` a page. `pending` keeps its width and says that it works. */
export function Button({
  look,
  size,
  pending = false,
  className,
  children,
  disabled,
  ...rest
}: ComponentProps<"button"> & ButtonLook & { readonly pending?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || pending}
      aria-busy={pending || undefined}
      className={buttonClass({ look, size }, className)}
    >
      {children}
    </button>
  );
}

/** A link that looks like a button, for going somewhere. */
export function LinkButton({ look, size, className, ...rest }: ComponentProps<typeof Link> & ButtonLook) {
  return <Link {...rest} className={buttonClass({ look, size }, className)} />;
}

/** A square button that shows an icon alone; `label` is what it is called. */
export function IconButton({
  label,
  children,
  className,
  ...rest
}: ComponentProps<"button"> & { readonly label: string; readonly children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={cx(
        "inline-grid size-8 shrink-0 place-items-center rounded-md text-muted transition-colors duration-100 hover:bg-hover hover:text-text [&_svg]:size-4",
        className,
      )}
    >
      {children}
    </button>
  );
}
