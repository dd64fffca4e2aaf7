import type { DebtScope } from "#db/read/debt.ts";
import type { DebtCause, DebtGroup } from "#lib/domain/debt.ts";

export const weeksDrawn = 12;

/** Where exactly the identities of a group are listed. */
export const groupAddress = (group: DebtGroup, team: DebtScope | null): string =>
  `/identities?${new URLSearchParams({ debt: group, ...(team === null ? {} : { team: team.slug }) })}`;

export const grouped = (value: number): string => value.toLocaleString("en-GB");

/** Each cause's part of the bars: shades of the accent, darkest for what weighs most on people. */
export const causeColours: { readonly [C in DebtCause]: string } = {
  who: "var(--accent)",
  why: "color-mix(in oklab, var(--accent) 80%, var(--surface))",
  reach: "color-mix(in oklab, var(--accent) 63%, var(--surface))",
  end: "color-mix(in oklab, var(--accent) 48%, var(--surface))",
  policy: "color-mix(in oklab, var(--accent) 34%, var(--surface))",
};

/** One bar; a week in which nothing was counted has no figures. */
export type DebtBar = { readonly week: string } & { readonly [C in DebtCause]?: number };
