import { Fragment } from "react";
import { Copy } from "./copy.tsx";
import { cx } from "./cx.ts";

/**
 * A name, ARN or digest in full, cut in the middle when there is no room: the end keeps `tail` characters, since ends tell
 * names apart. `copy` adds a button that takes the whole.
 */
export function Mono({
  children,
  tail = 8,
  copy = false,
  className,
}: {
  readonly children: string;
  readonly tail?: number;
  readonly copy?: boolean;
  readonly className?: string;
}) {
  const cut = children.length > tail + 4 ? children.length - tail : children.length;
  return (
    <span className={cx("inline-flex max-w-full min-w-0 items-center gap-1 align-bottom", className)}>
      <code title={children} className="inline-flex min-w-0">
        <span className="truncate">{children.slice(0, cut)}</span>
        <span className="shrink-0 whitespace-pre">{children.slice(cut)}</span>
      </code>
      {copy ? <Copy text={children} className="-my-1" /> : null}
    </span>
  );
}

/** A name, ARN or token subject in full, folded after its separators and inside a word only where nothing else fits. */
export const Whole = ({ children }: { readonly children: string }) => (
  <code className="[overflow-wrap:anywhere]">
    {children.split(/(?<=[/:@,])/).map((part, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other identity and never move.
      <Fragment key={at}>
        {at > 0 ? <wbr /> : null}
        {part}
      </Fragment>
    ))}
  </code>
);

/** A digest as people compare it: first and last four characters, the whole on hover and copy. */
export function Fingerprint({ digest, copy = false }: { readonly digest: string; readonly copy?: boolean }) {
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap">
      <code title={digest}>{`${digest.slice(0, 4)}…${digest.slice(-4)}`}</code>
      {copy ? <Copy text={digest} label="Copy fingerprint" className="-my-1" /> : null}
    </span>
  );
}
