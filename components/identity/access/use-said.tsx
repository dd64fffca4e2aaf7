import { type KnownUse, sayUse } from "#lib/domain/last-use.ts";
import { capital } from "../../ui/capital.ts";
import { Time } from "../../ui/time.tsx";

/** What is known of its use, and that nobody tells of single actions: what is not seen used is never called unused. */
export const UseSaid = ({ use }: { readonly use: SaidUse }) => (
  <p className="text-sm text-muted">
    {use.lastUsedAt === null ? (
      unseen(use)
    ) : (
      <>
        Last used <Time at={use.lastUsedAt} />.
      </>
    )}{" "}
    Its target does not tell which of these it uses: look with whoever runs it before you take one away.
  </p>
);

/** `KnownUse`, with instants as text. */
export interface SaidUse {
  readonly answer: KnownUse["answer"];
  readonly lastUsedAt: string | null;
  readonly unusedSince: string | null;
  readonly knownUntil: string | null;
}

const unseen = ({ answer, unusedSince, knownUntil }: SaidUse): string =>
  answer === "no-signal"
    ? "No signal of use."
    : `${capital(sayUse({ answer, unusedSince: asDate(unusedSince), knownUntil: asDate(knownUntil) }))}.`;

const asDate = (at: string | null): Date | null => (at === null ? null : new Date(at));
