"use client";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { cx } from "./cx.ts";
import { type OnDemand, usePart } from "./on-demand.ts";
import { useKeptFocus } from "./use-kept-focus.ts";

interface PlaceProps<Part> {
  readonly of: OnDemand<Part>;
  /** Stands there until the part comes, as large as that will be. */
  readonly waiting: ReactNode;
  /** Said where it does not come: what could not be shown, and what is kept. */
  readonly missing: string;
  /** How what is said there is laid out. */
  readonly className?: string;
  readonly children: (part: Part) => ReactNode;
}

/** A part of a page that is fetched when it is first shown. Where it does not come, that is said in its place and nothing else changes. */
export function InItsPlace<Part>({ of, waiting, missing, className = "", children }: PlaceProps<Part>) {
  const { part, failed, again } = usePart(of);
  const box = useKeptFocus(part !== null ? "here" : failed ? "missing" : "waiting");
  return (
    <div ref={box} className="contents">
      {part !== null ? (
        children(part)
      ) : failed ? (
        <Missing says={missing} again={again} className={className} />
      ) : (
        waiting
      )}
    </div>
  );
}

interface MissingProps {
  readonly says: string;
  readonly again: () => void;
  readonly className?: string;
}

/** In the place of a part of the page that did not come. */
export const Missing = ({ says, again, className }: MissingProps) => (
  <div
    role="alert"
    className={cx(
      "grid content-center justify-items-start gap-2 rounded-lg border border-line bg-surface px-4 py-3.5",
      className,
    )}
  >
    <p className="text-[13.5px]">{says}</p>
    <Button onClick={again}>Try again</Button>
  </div>
);
