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
  if (usages.length === 0) return null;
  const tabs = usages.map(({ title, text }) => ({
    id: title,
    label: title,
    content: <Code label={title} text={text} />,
  }));
  return (
    <Card title="Use it" aside={page.identity?.state === "live" ? null : "ready when live"}>
      <div className="grid gap-3">
        <Delivery page={page} />
        <Tabs label="How to use it" tabs={tabs} />
        <FirstUse at={page.identity?.firstUseAt ?? null} />
      </div>
    </Card>
  );
}

const Delivery = ({ page }: { readonly page: RequestPage }) =>
  page.credentials
    .filter((credential) => credential.state === "active")
    .map(({ externalId, vault, vaultVersion, mount, path }) => (
      <div key={externalId} className="grid gap-0.5 text-sm">
        <span className="text-muted">
          The secret lies in {vault}, version {vaultVersion}; Charter cannot read it.
        </span>
        <Mono copy tail={16}>{`${mount}/${path}`}</Mono>
      </div>
    ));

const FirstUse = ({ at }: { readonly at: Date | null }) => (
  <p className="flex items-center gap-2 text-sm text-muted">
    {at === null ? (
      <>
        <CircleDashed aria-hidden className="size-4 shrink-0" /> No use seen yet. The target tells late, often by hours.
      </>
    ) : (
      <>
        <CircleCheck aria-hidden className="size-4 shrink-0 text-good" /> First use seen <Time at={at.toISOString()} />
      </>
    )}
  </p>
);
