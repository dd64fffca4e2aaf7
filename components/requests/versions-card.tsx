import { DifferenceList, differencesOf } from "#components/plan/differences.tsx";
import { Card } from "#components/ui/card.tsx";
import { Fingerprint } from "#components/ui/mono.tsx";
import { Time } from "#components/ui/time.tsx";
import type { RequestPage, VersionRow } from "#db/read/request.ts";

/** Every sealed version, newest first, and what it changed. Editing made the earlier approvals void. */
export function VersionsCard({ page: { versions, names } }: { readonly page: RequestPage }) {
  if (versions.length < 2) return null;
  return (
    <Card title="Versions" aside={`${versions.length}`} flush>
      <ol>
        {versions.map((version, at) => (
          <li key={version.version} className="border-b border-line px-4 py-2.5 last:border-b-0">
            <p className="flex flex-wrap items-center gap-x-2 text-sm">
              <b className="font-[560]">Version {version.version}</b>
              <span className="text-muted">
                {names.people[version.person ?? ""]?.name ?? "Charter"}, <Time at={version.receivedAt.toISOString()} />
              </span>
              <span className="ml-auto text-faint">
                <Fingerprint digest={version.planDigest} />
              </span>
            </p>
            <Changes before={versions[at + 1]} after={version} names={names} />
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Changes({
  before,
  after,
  names,
}: {
  readonly before: VersionRow | undefined;
  readonly after: VersionRow;
  readonly names: RequestPage["names"];
}) {
  if (before === undefined) return null;
  return <DifferenceList differences={differencesOf(before.charter, after.charter, names)} />;
}
