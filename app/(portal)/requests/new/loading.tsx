import { Page } from "#components/frame/page.tsx";
import { DetailSkeleton } from "#components/ui/skeleton.tsx";

export default function Loading() {
  return (
    <Page crumbs={[{ title: "Requests", href: "/requests" }]}>
      <DetailSkeleton columns="lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]" />
    </Page>
  );
}
