"use client";
import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { LinkButton } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { useKeys } from "../use-keys.ts";

interface GoneProps {
  readonly request: string;
  /** The first that does wait; null when none does. */
  readonly next: { readonly id: string; readonly name: string } | null;
}

/** In the place of a request that the address names and that does not wait for the viewer: nothing else is put there unasked. */
export function Gone({ request, next }: GoneProps) {
  const router = useRouter();
  const on = next === null ? null : `/approvals?r=${next.id}`;
  const go = () => (on === null ? undefined : router.push(on, { scroll: false }));
  useKeys({ j: go, k: go });
  return (
    <Card label="Not waiting">
      <div role="status">
        <EmptyState
          icon={<CircleCheck aria-hidden />}
          title="This request does not wait for you now"
          action={
            on === null ? undefined : (
              <LinkButton look="primary" href={on} scroll={false} className="max-w-full">
                <span className="truncate">Go on to {next?.name}</span>
              </LinkButton>
            )
          }
        >
          <Link className="link" href={`/requests/${encodeURIComponent(request)}`}>
            See where it stands
          </Link>
        </EmptyState>
      </div>
    </Card>
  );
}
