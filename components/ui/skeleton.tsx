import { cx } from "./cx.ts";

/** Holds a line's or block's place while it loads; give it the size of what will come. */
export const Skeleton = ({ className }: { readonly className?: string }) => (
  <span
    aria-hidden
    className={cx(
      "block animate-[pulse-soft_1.6s_ease-in-out_infinite] rounded-md bg-hover",
      className ?? "h-4 w-full",
    )}
  />
);

/** A page's shape while its answer is read: heading, then a card of rows. */
export function PageSkeleton({ rows = 6 }: { readonly rows?: number }) {
  return (
    <div role="status" aria-label="Loading">
      <Skeleton className="h-7 w-64" />
      <Skeleton className="mt-2 h-5 w-96 max-w-full" />
      <div className="mt-5 rounded-lg border border-line bg-surface">
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never move.
          <div key={row} className="flex h-10 items-center gap-4 border-b border-line px-4 last:border-b-0">
            <Skeleton className="h-3.5 w-1/4" />
            <Skeleton className="h-3.5 w-1/3" />
            <Skeleton className="ml-auto h-3.5 w-16" />
          </div>
        ))}
      </div>
    </div>
  );
}

const Block = ({ className }: { readonly className: string }) => (
  <div className={cx("rounded-lg border border-line bg-surface p-4", className)}>
    <Skeleton className="h-4 w-1/3" />
    <Skeleton className="mt-4 h-3.5 w-4/5" />
    <Skeleton className="mt-2.5 h-3.5 w-3/5" />
  </div>
);

/** A detail page's shape: heading, a strip across, two columns. `columns` as the page lays them out. */
export const DetailSkeleton = ({ columns }: { readonly columns: string }) => (
  <div role="status" aria-label="Loading">
    <Skeleton className="h-7 w-64" />
    <Skeleton className="mt-2 h-5 w-96 max-w-full" />
    <Skeleton className="mt-4 h-[68px] w-full" />
    <div className={cx("mt-4 grid gap-4", columns)}>
      <Block className="h-96" />
      <Block className="h-72" />
    </div>
  </div>
);

/** The approval queue's shape: the list, and the card beside it. */
export const QueueSkeleton = () => (
  <div role="status" aria-label="Loading" className="grid gap-4 lg:grid-cols-[340px_minmax(0,1fr)]">
    <Block className="h-72" />
    <Block className="h-[70vh]" />
  </div>
);
