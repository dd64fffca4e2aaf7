import { Copy } from "./copy.tsx";

/** A text to copy as it stands: workflow, Terraform, configuration. Scrolls sideways, never wraps. */
export function Code({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className="flex items-start rounded-md border border-line bg-sunken">
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard.
        tabIndex={0}
        aria-label={label}
        className="min-w-0 flex-1 overflow-x-auto px-3 py-2.5"
      >
        <pre className="text-[12.5px] leading-[1.55]">{text}</pre>
      </section>
      <Copy text={text} label={`Copy ${label}`} className="m-1.5 shrink-0" />
    </div>
  );
}
