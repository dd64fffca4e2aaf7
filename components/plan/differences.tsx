import type { Names } from "#db/read/names.ts";
import type { Charter } from "#lib/domain/charter.ts";
import { charterDiff, type Difference } from "#lib/domain/diff.ts";
import { sayInstant } from "../ui/moment.ts";

/** What differs between two charters, in the names people know. */
export const differencesOf = (before: Charter, after: Charter, names: Names): readonly Difference[] =>
  charterDiff(before, after, {
    ...Object.fromEntries(Object.entries(names.people).map(([id, person]) => [id, person.name])),
    ...names.teams,
    ...names.services,
  });

/** Each changed field, before and after. */
export const DifferenceList = ({ differences }: { readonly differences: readonly Difference[] }) =>
  differences.length === 0 ? (
    <p className="text-sm text-muted">Every field is the same.</p>
  ) : (
    <dl className="mt-1.5 grid gap-1 text-sm">
      {differences.map((difference) => (
        <div key={difference.field} className="grid grid-cols-[104px_minmax(0,1fr)] gap-x-3">
          <dt className="text-muted">{difference.label}</dt>
          <dd className="min-w-0 break-words">
            {difference.before === null ? null : (
              <del dir="auto" className="block text-bad decoration-1">
                {sayInstant(difference.before)}
              </del>
            )}
            {difference.after === null ? (
              <span className="text-muted">removed</span>
            ) : (
              <ins dir="auto" className="block text-good no-underline">
                {sayInstant(difference.after)}
              </ins>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
