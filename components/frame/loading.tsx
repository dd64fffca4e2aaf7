import { type ReactElement, Suspense } from "react";
import { PageSkeleton } from "#components/ui/skeleton.tsx";
import { Page } from "./page.tsx";

/** A page whose rows are still being read. */
export function PageLoading() {
  return (
    <Page crumbs={[]}>
      <PageSkeleton />
    </Page>
  );
}

/**
 * A page's content once its rows are read, and its skeleton until then. For pages below which other pages lie: a `loading.tsx`
 * beside them would begin those too with status 200, before it is known whether they are there.
 */
export const Later = ({ content }: { readonly content: Promise<ReactElement> }) => (
  <Suspense fallback={<PageSkeleton />}>{content}</Suspense>
);
