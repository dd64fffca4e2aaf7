import { Plug } from "lucide-react";
import type { TargetsPage } from "#db/read/targets.ts";
import { connectors } from "#lib/connectors/registry.ts";
import { vaultStores } from "#lib/vaults/registry.ts";
import { Card } from "../ui/card.tsx";
import { Code } from "../ui/code.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { Time } from "../ui/time.tsx";
import { type CheckAction, PlaceCard } from "./place-card.tsx";

/** Can we reach it with exactly the rights we need? Read-only: targets are declared in the worker's configuration file. */
export function Targets({ page, check }: { readonly page: TargetsPage; readonly check: CheckAction | null }) {
  const kindTitle = new Map([...connectors, ...vaultStores].map(({ kind, title }) => [kind, title]));
  const places = [
    ...page.targets.map((target) => ({
      ...target,
      remark: target.environments.join(", "),
      holds: target.identities,
      sort: "target" as const,
    })),
    ...page.vaults.map((vault) => ({ ...vault, remark: "stores secrets", holds: null, sort: "vault" as const })),
  ];
  return (
    <>
      <PageHead title="Targets">
        Declared in the worker&#8217;s configuration file; this page shows them and changes nothing.
      </PageHead>
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_400px]">
        <div className="grid content-start gap-4">
          {places.length === 0 ? (
            <Card label="No targets">
              <EmptyState icon={<Plug aria-hidden />} title="No target is configured">
                Paste a block from the right into the worker&#8217;s configuration file and send the worker SIGHUP.
              </EmptyState>
            </Card>
          ) : null}
          {places.map((place) => (
            <PlaceCard
              key={`${place.sort}/${place.name}`}
              place={{
                sort: place.sort,
                name: place.name,
                title: place.title,
                kind: kindTitle.get(place.kind) ?? place.kind,
                remark: place.remark,
                simulated: place.simulated,
                configured: place.configured,
                entryDigest: place.entryDigest,
                settings: Object.entries(place.settings).map(([label, value]) => ({
                  label,
                  value: plain(value),
                })),
                checks: place.checks,
                checkedAt: place.checkedAt?.toISOString() ?? null,
                holds: place.holds,
                discrepancies: page.findings
                  .filter((finding) => finding.target === place.name)
                  .map(({ id, kind, sentence, identity, openedAt }) => ({
                    id,
                    kind,
                    sentence,
                    identity,
                    openedAt: openedAt.toISOString(),
                  })),
              }}
              check={check}
            />
          ))}
        </div>
        <div className="grid content-start gap-4">
          <Workers workers={page.workers} />
          <Add />
        </div>
      </div>
    </>
  );
}

function Workers({ workers }: { readonly workers: TargetsPage["workers"] }) {
  const fresh = workers.filter((worker) => worker.fresh);
  const differ = new Set(fresh.map(({ configDigest }) => configDigest)).size > 1;
  return (
    <Card title="Workers" aside={`${fresh.length} running`}>
      {fresh.length === 0 ? (
        <p className="text-bad">No worker is running: nothing is provisioned, disabled or decided. Start one.</p>
      ) : (
        <ul className="grid gap-1.5">
          {fresh.map((worker) => (
            <li key={worker.id} className="flex gap-2">
              <code>{worker.id.slice(0, 8)}</code>
              <span className="ml-auto text-muted">
                started <Time at={worker.startedAt.toISOString()} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {differ ? (
        <p className="mt-2 text-warn">Their configuration files differ. Give each worker the same file.</p>
      ) : null}
    </Card>
  );
}

/** A setting as people read it: `["orders", "shop"]` is "orders, shop", `{"mode": "off"}` is "mode off". */
const plain = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(plain).join(", ");
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]) => `${name} ${plain(inner)}`)
      .join(", ");
  return String(value);
};

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** The block to paste and the least-privilege policy for each kind that this installation has code for. */
const Add = () => (
  <Card title="Add one">
    <p className="mb-2.5 text-muted">
      Create these rights at the target, then paste the block into the configuration file.
    </p>
    <Tabs
      label="Kind"
      tabs={[
        ...connectors.map((connector) => ({
          id: connector.kind,
          label: connector.title,
          content: (
            <Blocks
              block={{
                name: "my-target",
                kind: connector.kind,
                title: "My target",
                environments: ["dev"],
                settings: connector.example.settings,
                credentials: connector.example.credentials,
              }}
              policy={connector.example.policy}
            />
          ),
        })),
        ...vaultStores.map((store) => ({
          id: store.kind,
          label: store.title,
          content: (
            <Blocks
              block={{
                name: "my-vault",
                kind: store.kind,
                title: "My vault",
                settings: store.example.settings,
                credentials: store.example.credentials,
                approved: [{ mount: "secret", path: "charter/{team}/{name}" }],
              }}
              policy={store.example.policy}
            />
          ),
        })),
      ]}
    />
  </Card>
);

const Blocks = ({ block, policy }: { readonly block: object; readonly policy: string }) => (
  <div className="grid gap-2.5">
    <Code label="configuration block" text={pretty(block)} />
    <h3 className="text-sm font-[560]">Least-privilege policy</h3>
    <Code label="least-privilege policy" text={policy} />
  </div>
);
