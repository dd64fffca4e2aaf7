import { type Outcome, ok, refuse } from "./refusal.ts";
import { whyNotPlain } from "./text.ts";

/** A view of the inventory that somebody keeps: filters, order, columns. It selects among what its reader sees and decides nothing. */
export interface View {
  readonly name: string;
  /** As the address says it, of `viewKeys` alone. */
  readonly query: string;
  /** Id of the team it is shared with; null: one's own. */
  readonly team: string | null;
}

/** What of an address is a view; the page one is at is not. */
const viewKeys = [
  ...["tile", "q", "environment", "target", "blueprint", "team", "state", "finding", "owner", "service", "debt"],
  ...["attestation", "sort", "group", "hide"],
] as const;

/** The most that one person keeps. */
export const viewsCap = 50;

/** The view of an address: what is known, at most 200 characters each and none that no address can carry, in one order. */
export function viewQuery(address: string): string {
  const given = new URLSearchParams(address);
  const kept = viewKeys.flatMap((key) => {
    const value = given.get(key)?.replaceAll("\0", "").slice(0, 200) ?? "";
    return value === "" ? [] : [[key, value]];
  });
  return new URLSearchParams(kept).toString();
}

/** A view from JSON nobody has checked; null where it is none. */
export function readView(value: unknown): View | null {
  if (typeof value !== "object" || value === null) return null;
  const given = new Map<string, unknown>(Object.entries(value));
  const [name, query, team] = [given.get("name"), given.get("query"), given.get("team")];
  if (typeof name !== "string" || typeof query !== "string" || whyNotName(name) !== null) return null;
  return { name, query: viewQuery(query), team: typeof team === "string" ? team : null };
}

const whyNotName = (name: string): string | null => whyNotPlain(name, { min: 1, max: 60 });

/** A view is kept under a name, and shared only with a team that one is in. */
export function mayKeepView(of: {
  readonly view: View;
  readonly teams: readonly string[];
  /** How many others the person keeps. */
  readonly others: number;
}): Outcome<View> {
  const { view, teams, others } = of;
  const why = whyNotName(view.name);
  if (why !== null) return refuse({ code: "invalid", field: "name", sentence: why });
  if (view.team !== null && !teams.includes(view.team))
    return refuse({ code: "forbidden", field: "team", sentence: "You share a view with a team that you are in." });
  if (others >= viewsCap)
    return refuse({
      ...{ code: "conflict", field: "name", sentence: `You keep ${viewsCap} views, which is the most.` },
      mend: "Delete one in Settings.",
    });
  return ok({ ...view, name: view.name.trim(), query: viewQuery(view.query) });
}
