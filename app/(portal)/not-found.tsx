import { SearchX } from "lucide-react";
import { Page } from "#components/frame/page.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";

export default function NotFound() {
  return (
    <Page crumbs={[{ title: "Not found" }]}>
      <EmptyState
        page
        icon={<SearchX aria-hidden />}
        title="Not found"
        action={<LinkButton href="/">To my work</LinkButton>}
      >
        There is nothing at this address, or it belongs to a team that you are not in.
      </EmptyState>
    </Page>
  );
}
