import { Page } from "#components/frame/page.tsx";
import { DetailSkeleton } from "#components/ui/skeleton.tsx";

export default function Loading() {
  return (
    <Page crumbs={[{ title: "Inventory", href: "/identities" }]}>
      <DetailSkeleton columns="lg:grid-cols-[minmax(0,1fr)_400px]" />
    </Page>
  );
}
