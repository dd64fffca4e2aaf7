import { Copy } from "./copy.tsx";

/** A text to copy as it stands: workflow, Terraform, configuration. Scrolls sideways, never wraps. */
export function Code({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className="relative">
      <Copy text={text} label={`Copy ${label}`} className="absolute top-1.5 right-1.5 bg-sunken" />
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard.
        tabIndex={0}
        aria-label={label}
        className="overflow-x-auto rounded-md border border-line bg-sunken px-3 py-2.5 pr-9"
      >
        <pre className="text-[12.5px] leading-[1.55]">{text}</pre>
      </section>
    </div>
  );
}
