"use client";
import { TriangleAlert } from "lucide-react";
import { Page } from "#components/frame/page.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";

/** A fault shows its reference number; what happened is in the web's log. */
export default function Fault({
  error,
  reset,
}: {
  readonly error: Error & { readonly digest?: string };
  readonly reset: () => void;
}) {
  return (
    <Page crumbs={[{ title: "Fault" }]}>
      <EmptyState
        page
        icon={<TriangleAlert aria-hidden />}
        title="This page could not be read"
        action={<Button onClick={reset}>Try again</Button>}
      >
        Nothing was changed. {error.digest ? <>Reference {error.digest}.</> : null}
      </EmptyState>
    </Page>
  );
}
