import { Page } from "#components/frame/page.tsx";
import { QueueSkeleton } from "#components/ui/skeleton.tsx";

export default function Loading() {
  return (
    <Page crumbs={[{ title: "Approvals" }]}>
      <QueueSkeleton />
    </Page>
  );
}
