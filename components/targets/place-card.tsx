import { CircleCheck, CircleDashed, CircleX, FlaskConical, TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { Check } from "#lib/domain/target.ts";
import type { Answer } from "#lib/web/action.ts";
import { Badge } from "../ui/badge.tsx";
import { capital } from "../ui/capital.ts";
import { Card } from "../ui/card.tsx";
import { Facts } from "../ui/facts.tsx";
import { Fingerprint, Mono } from "../ui/mono.tsx";
import { Time } from "../ui/time.tsx";
import { CheckNow } from "./check-now.tsx";

/** Asks the worker for a check; null for who may not. */
export type CheckAction = (input: { name: string }) => Promise<Answer<null>>;

export interface Place {
  readonly sort: "target" | "vault";
  readonly name: string;
  readonly title: string;
  readonly kind: string;
  readonly remark: string;
  readonly simulated: boolean;
  readonly configured: boolean;
  readonly entryDigest: string;
  readonly settings: readonly { readonly label: string; readonly value: string }[];
  readonly checks: readonly Check[];
  readonly checkedAt: string | null;
  /** Identities on it; null for a vault. */
  readonly holds: number | null;
  readonly discrepancies: readonly {
    readonly id: string;
    readonly kind: string;
    readonly sentence: string;
    readonly identity: string | null;
    readonly openedAt: string;
  }[];
}

/** One target or vault: health, missing rights by name, what reconciliation found. */
export function PlaceCard({ place, check }: { readonly place: Place; readonly check: CheckAction | null }) {
  const missing = place.checks.filter((check) => !check.ok);
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span>
            {place.title} <code className="ml-0.5 font-normal whitespace-nowrap text-muted">{place.name}</code>
          </span>
          <Health place={place} missing={missing.length} />
          {place.simulated ? (
            <Badge tone="info" icon={<FlaskConical aria-hidden />}>
              Simulated
            </Badge>
          ) : null}
        </span>
      }
      aside={check !== null && place.configured ? <CheckNow name={place.name} act={check} /> : undefined}
      label={place.title}
    >
      <div className="grid gap-4 md:grid-cols-2">
        <Facts
          rows={[
            { label: "Kind", value: `${place.kind} · ${place.remark}` },
            ...(place.holds === null
              ? []
              : [
                  {
                    label: "Identities",
                    value: (
                      <Link className="link" href={`/identities?target=${encodeURIComponent(place.name)}`}>
                        {place.holds > 10_000 ? "10,000+" : place.holds.toLocaleString("en-GB")}
                      </Link>
                    ),
                  },
                ]),
            ...place.settings.map(({ label, value }) => ({
              label: words(label),
              value: <Mono tail={16}>{value}</Mono>,
            })),
            { label: "Fingerprint", value: <Fingerprint digest={place.entryDigest} copy /> },
          ]}
        />
        <Checks checks={place.checks} missing={missing} checkedAt={place.checkedAt} />
      </div>
      <Discrepancies target={place.name} found={place.discrepancies} />
    </Card>
  );
}

const spelled: { readonly [word: string]: string } = {
  arn: "ARN",
  ca: "CA",
  github: "GitHub",
  id: "ID",
  tls: "TLS",
  url: "URL",
};

/** `githubProviderArn` as people read it: "GitHub provider ARN". */
function words(label: string): string {
  const [first = "", ...rest] = label
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(" ");
  const head = spelled[first] ?? first.charAt(0).toUpperCase() + first.slice(1);
  return [head, ...rest.map((word) => spelled[word] ?? word)].join(" ");
}

function Health({ place, missing }: { readonly place: Place; readonly missing: number }) {
  if (!place.configured) return <Badge>No longer configured</Badge>;
  if (place.checkedAt === null)
    return (
      <Badge icon={<CircleDashed aria-hidden />} tone="info">
        Not checked yet
      </Badge>
    );
  return missing === 0 ? (
    <Badge tone="good" icon={<CircleCheck aria-hidden />}>
      Healthy
    </Badge>
  ) : (
    <Badge tone="bad" icon={<CircleX aria-hidden />}>
      {missing} missing
    </Badge>
  );
}

function Checks({
  checks,
  missing,
  checkedAt,
}: {
  readonly checks: readonly Check[];
  readonly missing: readonly Check[];
  readonly checkedAt: string | null;
}) {
  if (checkedAt === null) return <p className="text-muted">The worker checks it at start and once a day.</p>;
  return (
    <div>
      <p className="mb-1.5 text-sm text-muted">
        {checks.length - missing.length} of {checks.length} rights proved <Time at={checkedAt} />
      </p>
      <ul className="grid gap-1.5 text-sm">
        {missing.map((check) => (
          <li key={check.name} className="flex gap-2">
            <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
            <span className="min-w-0">
              <code>{check.name}</code>: {check.sentence}
              {check.mend ? <span className="block text-muted">{check.mend}</span> : null}
            </span>
          </li>
        ))}
      </ul>
      <details className="mt-2 text-sm">
        <summary className="text-muted">All rights</summary>
        <ul className="mt-1.5 grid gap-1">
          {checks
            .filter((check) => check.ok)
            .map((check) => (
              <li key={check.name} className="flex gap-2">
                <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />
                <span className="min-w-0 break-words">
                  <code>{check.name}</code> <span className="text-muted">{check.sentence}</span>
                </span>
              </li>
            ))}
        </ul>
      </details>
    </div>
  );
}

/** Of what differs so much is shown here; the findings page has the rest. */
const discrepanciesShown = 5;

function Discrepancies({ target, found }: { readonly target: string; readonly found: Place["discrepancies"] }) {
  if (found.length === 0) return null;
  return (
    <div className="mt-4 border-t border-line pt-3">
      <h3 className="mb-1.5 text-sm font-[560]">What differs from the portal&#8217;s record</h3>
      <ul className="grid gap-1.5 text-sm">
        {found.slice(0, discrepanciesShown).map((finding) => (
          <li key={finding.id} className="flex gap-2">
            <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
            <span className="min-w-0">
              {capital(finding.sentence)}{" "}
              {finding.identity ? (
                <Link className="link" href={`/identities/${finding.identity}`}>
                  Open the identity
                </Link>
              ) : null}
              <span className="text-muted">
                {" "}
                since <Time at={finding.openedAt} />
              </span>
            </span>
          </li>
        ))}
      </ul>
      {found.length > discrepanciesShown ? (
        <p className="mt-1.5 text-sm">
          <Link className="link" href={`/findings?target=${encodeURIComponent(target)}`}>
            All findings at this target
          </Link>
        </p>
      ) : null}
    </div>
  );
}
