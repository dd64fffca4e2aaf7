import { CircleCheck, CircleDashed } from "lucide-react";
import { Card } from "#components/ui/card.tsx";
import { Code } from "#components/ui/code.tsx";
import { Mono } from "#components/ui/mono.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { Time } from "#components/ui/time.tsx";
import type { RequestPage } from "#db/read/request.ts";
import type { Usage } from "#lib/connectors/connector.ts";

/** How to use this very identity, where its secret lies if it has one, and whether it was used. */
export function UseCard({ page, usages }: { readonly page: RequestPage; readonly usages: readonly Usage[] }) {
  const { identity, credentials } = page;
  if (usages.length === 0) return null;
  const live = identity?.state === "live";
  return (
    <Card title="Use it" aside={live ? null : "ready when live"}>
      <div className="grid gap-3">
        {credentials
          .filter((credential) => credential.state === "active")
          .map((credential) => (
            <div key={credential.externalId} className="grid gap-0.5 text-sm">
              <span className="text-muted">
                The secret lies in {credential.vault}, version {credential.vaultVersion}; Charter cannot read it.
              </span>
              <Mono copy tail={16}>{`${credential.mount}/${credential.path}`}</Mono>
            </div>
          ))}
        <Tabs
          label="How to use it"
          tabs={usages.map((usage) => ({
            id: usage.title,
            label: usage.title,
            content: <Code label={usage.title} text={usage.text} />,
          }))}
        />
        <p className="flex items-center gap-2 text-sm text-muted">
          {identity?.firstUseAt ? (
            <>
              <CircleCheck aria-hidden className="size-4 text-good" /> First use seen{" "}
              <Time at={identity.firstUseAt.toISOString()} />
            </>
          ) : (
            <>
              <CircleDashed aria-hidden className="size-4" /> No use seen yet. The target tells late, often by hours.
            </>
          )}
        </p>
      </div>
    </Card>
  );
}
