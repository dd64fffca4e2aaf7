import { EnvironmentBadge } from "#components/status.tsx";
import { Button } from "#components/ui/button.tsx";
import { cx } from "#components/ui/cx.ts";
import { Missing } from "#components/ui/in-its-place.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { Environment } from "#lib/domain/charter.ts";

/** The environments beside each other, or below each other where it is narrow. */
export const sidesLook = "grid gap-2 sm:grid-flow-col sm:auto-cols-fr";
export const sideLook = (pressed: boolean): string =>
  cx(
    "grid min-w-0 content-start gap-1 rounded-lg border bg-surface px-3 py-2.5 text-left text-[12.5px]",
    pressed ? "border-accent" : "border-line",
  );
export const sideWordsLook = "flex gap-1.5 text-[13.5px] font-[560]";
/** Beside two others a name takes two lines: the ends then stand in one. */
export const sideNameLook = (count: number): string => cx("break-all", count > 2 && "sm:min-h-[2lh]");

const Bar = ({ className }: { readonly className: string }) => (
  <Skeleton className={cx("my-[0.2lh] h-[0.6lh]", className)} />
);

/** An environment whose answer is on its way, as large as what will come. */
export const SideWaiting = (props: { readonly environment: Environment; readonly count: number }) => (
  <div className={sideLook(false)}>
    <span>
      <EnvironmentBadge environment={props.environment} />
    </span>
    <span className={sideWordsLook}>
      <Bar className="w-4/5" />
    </span>
    <Bar className="w-3/5" />
    <code className={sideNameLook(props.count)}>
      <Bar className="w-full" />
    </code>
    <Bar className="w-3/4" />
  </div>
);

interface WaitingProps {
  readonly asked: readonly Environment[];
  /** What shows them did not come. */
  readonly failed: boolean;
  readonly again: () => void;
}

/** In the place of the environments while their answers, or what shows them, are on their way. */
export const SidesWaiting = ({ asked, failed, again }: WaitingProps) =>
  failed ? (
    <Missing
      says="The environments could not be shown. What you typed is kept: try again, or load the page anew."
      again={again}
      className="sm:min-h-[134px]"
    />
  ) : (
    <div className={sidesLook} role="status" aria-label="Looking at each environment">
      {asked.map((environment) => (
        <SideWaiting key={environment} environment={environment} count={asked.length} />
      ))}
    </div>
  );

/** In the place of the verb meanwhile: nothing can be sent yet. */
export const SubmitWaiting = ({ count, isStopped }: { readonly count: number; readonly isStopped: boolean }) => (
  <div className="flex w-full flex-wrap items-center gap-2.5">
    <Button look="primary" aria-disabled>
      Submit all {count}
    </Button>
    <span className="text-sm text-muted" aria-live="polite">
      {isStopped ? "Once each environment is shown" : "Looking at each environment…"}
    </span>
  </div>
);
