import { Card } from "#components/ui/card.tsx";
import { exactly } from "#components/ui/moment.ts";
import { Fingerprint } from "#components/ui/mono.tsx";
import { Time } from "#components/ui/time.tsx";
import type { RequestPage, VersionRow } from "#db/read/request.ts";
import { charterDiff, type Difference } from "#lib/domain/diff.ts";

/** Every sealed version, newest first, and what it changed. Editing made the earlier approvals void. */
export function VersionsCard({ page: { versions, names } }: { readonly page: RequestPage }) {
  if (versions.length < 2) return null;
  const words = {
    ...Object.fromEntries(Object.entries(names.people).map(([id, person]) => [id, person.name])),
    ...names.teams,
    ...names.services,
  };
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
            <Changes before={versions[at + 1]} after={version} words={words} />
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Changes({
  before,
  after,
  words,
}: {
  readonly before: VersionRow | undefined;
  readonly after: VersionRow;
  readonly words: { readonly [id: string]: string };
}) {
  if (before === undefined) return null;
  const differences = charterDiff(before.charter, after.charter, words);
  return differences.length === 0 ? (
    <p className="text-sm text-muted">The same charter, submitted again.</p>
  ) : (
    <DifferenceList differences={differences} />
  );
}

const instant = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;
const inWords = (side: string): string => (instant.test(side) ? exactly(Date.parse(side)) : side);

/** Each changed field, before and after. */
export const DifferenceList = ({ differences }: { readonly differences: readonly Difference[] }) => (
  <dl className="mt-1.5 grid gap-1 text-sm">
    {differences.map((difference) => (
      <div key={difference.field} className="grid grid-cols-[104px_minmax(0,1fr)] gap-x-3">
        <dt className="text-muted">{difference.label}</dt>
        <dd className="min-w-0 break-words">
          {difference.before === null ? null : (
            <del className="text-bad decoration-1">{inWords(difference.before)}</del>
          )}{" "}
          {difference.after === null ? null : <ins className="text-good no-underline">{inWords(difference.after)}</ins>}
        </dd>
      </div>
    ))}
  </dl>
);
