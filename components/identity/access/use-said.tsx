import { type ActionUse, lagBeside } from "#lib/domain/access-use.ts";
import { type KnownUse, sayLag, sayUse } from "#lib/domain/last-use.ts";
import type { AccessPage } from "#lib/web/access-page.ts";
import { capital } from "../../ui/capital.ts";
import { Time } from "../../ui/time.tsx";

type Page = Pick<AccessPage, "use" | "tellsAccess" | "told">;

/** What is known of its use, and who tells of single actions: what nobody told of is never called unused. */
export const UseSaid = ({ page: { use, tellsAccess, told } }: { readonly page: Page }) => (
  <p className="text-sm text-muted">
    {use.lastUsedAt === null ? (
      unseen(use)
    ) : (
      <>
        Last used <Time at={use.lastUsedAt} />.
      </>
    )}{" "}
    {told === null ? (
      untold(tellsAccess)
    ) : (
      <>
        Which of these it uses: {told.source}, asked <Time at={told.observedAt} />, {sayLag(told.lagMinutes)}; attempts
        that were refused count.
      </>
    )}{" "}
    Look with whoever runs it before you take one away.
  </p>
);

const untold = (tells: boolean): string =>
  tells
    ? "Which of these it uses is not told: its target was not asked yet, or did not say; its target's page names a missing right."
    : "Its target does not tell which of these it uses.";

type Action = AccessPage["held"][number]["actions"][number];

/** What is known of one action's use, in a few words; nothing where nothing was told of any. */
export const ActionUsed = ({ used, told }: { readonly used: Action["used"]; readonly told: AccessPage["told"] }) =>
  told === null || used === null ? null : (
    <span className="block text-muted">
      <Words used={used} lagMinutes={told.lagMinutes} />
    </span>
  );

function Words({ used, lagMinutes }: { readonly used: ActionUse; readonly lagMinutes: number }) {
  if (used.said === "used")
    return (
      <>
        used <Time at={used.at} /> ({lagBeside(lagMinutes)})
      </>
    );
  if (used.said === "service-used")
    return (
      <>
        not told for this action; its service was used <Time at={used.at} />
      </>
    );
  if (used.said === "not-seen") return `not seen in ${used.days === 1 ? "one day" : `${used.days} days`} of tracking`;
  return used.said === "too-soon" ? "not seen, tracked for less than a day" : "not told for this service or action";
}

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
