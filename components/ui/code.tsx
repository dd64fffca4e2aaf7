import { Copy } from "./copy.tsx";
import { cx } from "./cx.ts";

/**
 * A text to copy as it stands: workflow, Terraform, configuration. Scrolls under its copy button, to the last
 * character and line; a command (`wrap`) is folded where it is too long.
 */
export function Code({
  text,
  label,
  wrap = false,
}: {
  readonly text: string;
  readonly label: string;
  readonly wrap?: boolean;
}) {
  return (
    <div className="relative rounded-md border border-line bg-sunken">
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard.
        tabIndex={0}
        aria-label={label}
        className="max-h-[28rem] overflow-auto rounded-md"
      >
        <pre
          className={cx(
            "py-2.5 pr-10 pl-3 text-[12.5px] leading-[1.55]",
            wrap ? "break-words whitespace-pre-wrap" : "w-max min-w-full",
          )}
        >
          {text}
        </pre>
      </section>
      <Copy text={text} label={`Copy ${label}`} className="absolute top-1.5 right-1.5 border border-line bg-surface" />
    </div>
  );
}
