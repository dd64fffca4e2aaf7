import type { ReactNode } from "react";
import { Banner } from "#components/ui/banner.tsx";
import type { FrameState } from "#db/read/frame.ts";

/** Only what is wrong for everyone, and what to do about it; first what this installation is an example of. */
export function Banners(props: { readonly demo: ReactNode; readonly frame: FrameState; readonly readOnly: boolean }) {
  const { workerFresh, lacking } = props.frame;
  return (
    <section aria-label="Notices" data-chrome>
      {props.demo}
      {props.readOnly ? (
        <Banner tone="warn">
          You are signed in for reading only, because no worker could verify your sign-in. Sign in again once the worker
          runs.
        </Banner>
      ) : null}
      {workerFresh ? null : (
        <Banner tone="bad">
          No worker has reported in the last 15 seconds. Requests are kept and go on once one runs.
        </Banner>
      )}
      {lacking.length > 0 ? (
        <Banner tone="warn">
          {lacking.join(", ")}: a check did not pass. <Go href="/targets">See which right is missing</Go>
        </Banner>
      ) : null}
    </section>
  );
}

const Go = ({ href, children }: { readonly href: string; readonly children: ReactNode }) => (
  <a className="underline underline-offset-2" href={href}>
    {children}
  </a>
);
