import { SearchX } from "lucide-react";
import { LinkButton } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";

export default function NotFound() {
  return (
    <main id="main" className="grid min-h-[70vh] place-items-center">
      <EmptyState
        page
        icon={<SearchX aria-hidden />}
        title="Not found"
        action={<LinkButton href="/">To my work</LinkButton>}
      >
        There is nothing at this address, or it belongs to a team you are not in.
      </EmptyState>
    </main>
  );
}
