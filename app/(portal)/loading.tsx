import { Page } from "#components/frame/page.tsx";
import { PageSkeleton } from "#components/ui/skeleton.tsx";

export default function Loading() {
  return (
    <Page crumbs={[]}>
      <PageSkeleton />
    </Page>
  );
}
