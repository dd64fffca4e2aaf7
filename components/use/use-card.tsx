import { CircleCheck, CircleDashed } from "lucide-react";
import { Card } from "#components/ui/card.tsx";
import { Code } from "#components/ui/code.tsx";
import { Mono } from "#components/ui/mono.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { Time } from "#components/ui/time.tsx";
import type { Use } from "#lib/web/usage.ts";

/** How to use this very identity, where its secret lies if it has one, and whether it was used. */
export function UseCard({ use }: { readonly use: Use | null }) {
  if (use === null) return null;
  const tabs = use.texts.map(({ title, text }) => ({
    id: title,
    label: title,
    content: <Code label={title} text={text} />,
  }));
  return (
    <Card title="Use it" aside={use.ready ? null : "ready when live"}>
      <div className="grid gap-3">
        <Delivery secrets={use.secrets} />
        <Tabs label="How to use it" tabs={tabs} />
        <FirstUse at={use.firstUseAt} signals={use.signals} />
      </div>
    </Card>
  );
}

const Delivery = ({ secrets }: { readonly secrets: Use["secrets"] }) =>
  secrets.map(({ id, vault, version, place }) => (
    <div key={id} className="grid gap-0.5 text-sm">
      <span className="text-muted">
        The secret lies in {vault}, version {version}; Charter cannot read it.
      </span>
      <Mono copy tail={16}>
        {place}
      </Mono>
    </div>
  ));

const FirstUse = ({ at, signals }: { readonly at: Date | null; readonly signals: boolean }) => (
  <p className="flex items-center gap-2 text-sm text-muted">
    {at === null ? (
      <>
        <CircleDashed aria-hidden className="size-4 shrink-0" />{" "}
        {signals
          ? "No use seen yet. The target tells late, often by hours."
          : "No signal: this kind of target does not tell of use."}
      </>
    ) : (
      <>
        <CircleCheck aria-hidden className="size-4 shrink-0 text-good" /> First use seen <Time at={at.toISOString()} />
      </>
    )}
  </p>
);
